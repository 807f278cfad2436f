// The race: who executes most cheaply, what work costs, and how long a task would wait.

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Block, Ledger } from '../chain/ledger';
import type { Live } from '../chain/live';
import { empty, money, section, stat } from '../parts/bits';
import { chart } from '../parts/chart';
import { type Order, ranking } from '../parts/ranking';
import { queue } from '../parts/queue';
import { happenings, recentTasks } from '../parts/recent';
import { amount, ask, count, percent, span, work } from '../format';
import type { MakeView } from '../view';

/** How long so many blocks take. */
const ahead = (live: Live, blocks: number) => span(Math.max(1, blocks * live.blockTime));

const lookedAt = ({ blocks }: Ledger) => `in the last ${count(blocks.length)} blocks`;

const read = (ledger: Ledger | undefined): ledger is Ledger => ledger !== undefined && ledger.blocks.length > 0;

function figures(live: Live): TemplateResult {
  const { race, market, ledger } = live;
  if (!race) return html`${empty('Reading the newest block…')}`;
  const { round, sprints } = race;
  const left = round.endsWith - race.block;
  const inTurn = sprints.find((each) => each.inTurn) ?? sprints[0];
  const useful = ledger?.usefulShare;
  return html`
    <dl class="figures">
      ${stat('Block', html`<span data-testid="block">${count(race.block)}</span>`, `one in ${span(live.blockTime)}`)}
      ${stat(
        'Round',
        count(round.round),
        html`${count(left)} blocks left, ${ahead(live, left)}
          <progress aria-label="Part of the round that is over" max=${round.endsWith - round.firstBlock} value=${race.block - round.firstBlock}></progress>`,
      )}
      ${stat('Emission of a round', money(round.emission), html`${money(round.emissionPerBlock)} a block, shared by score`)}
      ${
        round.halvesAt === null
          ? stat('Halving', 'none', 'nothing halves it any more')
          : stat('Next halving', `in ${ahead(live, round.halvesAt - race.block)}`, `at block ${count(round.halvesAt)}`)
      }
      ${stat('Emitted', percent(Number(round.emitted) / Number(round.emissionCap), 4), html`${money(round.emitted)} of ${money(round.emissionCap)}`)}
      ${inTurn ? stat('Difficulty', count(inTurn.difficulty), 'attempts for a win, on average') : stat('Difficulty', 'none', 'no model is mined')}
      ${stat('A mined mega-MAC', money(round.emissionPerMegaMac), 'e, the average emission')}
      ${stat('Mined', work(round.mined), 'in this round')}
      ${read(ledger) ? stat('Useful share', useful === undefined ? 'no work yet' : percent(useful, useful > 0 && useful < 0.001 ? 5 : 1), `of the work ${lookedAt(ledger)}`) : nothing}
      ${read(ledger) ? stat('Burned', money(ledger.burned), lookedAt(ledger)) : nothing}
      ${market ? stat('Supply', money(market.issuance), 'all tokens there are') : nothing}
      ${stat('Tasks posted', count(race.market.posted), 'since the first block')}
    </dl>
  `;
}

function curves(blocks: Block[]): TemplateResult {
  const numbers = blocks.map(({ number }) => number);
  const paid = blocks.map(({ happenings: all }) =>
    all.reduce((sum, each) => (each.kind === 'settled' ? sum + Number(each.paid) : sum), 0),
  );
  const mined = blocks.map((block) => Number(block.mined));
  const difficulty = blocks.map((block) => block.difficulty);
  const sum = (values: number[]) => BigInt(Math.round(values.reduce((a, b) => a + b, 0)));
  return html`
    <div class="charts">
      ${chart({ title: 'Work mined', summary: `${work(sum(mined))} in ${count(blocks.length)} blocks`, blocks: numbers, values: mined, show: (value) => work(BigInt(Math.round(value)), 2), bars: true })}
      ${chart({ title: 'Paid by tasks', summary: `${amount(sum(paid))} in ${count(blocks.length)} blocks`, blocks: numbers, values: paid, show: (value) => amount(BigInt(Math.round(value)), 2), bars: true })}
      ${chart({
        title: 'Difficulty',
        summary: `from ${count(Math.round(difficulty[0] ?? 0))} to ${count(Math.round(difficulty.at(-1) ?? 0))} attempts for a win`,
        blocks: numbers,
        values: difficulty,
        show: (value) => count(Math.round(value)),
      })}
    </div>
  `;
}

function queueAside({ race }: Live): string {
  if (!race) return '';
  const { waiting, mostWaiting, rentPerBlock, bidToExceed } = race.market;
  const full = bidToExceed === null ? '' : ` It's full: a task must bid more than ${amount(bidToExceed)} a block.`;
  return `${count(waiting)} of ${count(mostWaiting)} places taken; a block's wait costs ${amount(rentPerBlock)}, burned.${full}`;
}

export const race: MakeView = ({ live, redraw }) => {
  let order: Order = 'efficiency';
  const sort = (by: Order) => {
    order = by;
    redraw();
  };
  return {
    title: 'The race',
    render: () => {
      const { market, ledger } = live;
      const e = live.race?.round.emissionPerMegaMac;
      return html`
        <h1>The race</h1>
        <p class="lead">Whoever executes models most cheaply earns, and the chain itself checks the work.</p>
        ${figures(live)}
        ${section('queue', 'The queue', market ? queue(market, ledger?.blocks ?? []) : empty('Reading the queue…'), queueAside(live))}
        ${section(
          'miners',
          'Miners, by efficiency',
          market && read(ledger) ? ranking(market, ledger, order, sort) : empty('Reading the miners…'),
          e === undefined
            ? nothing
            : `Efficiency is the part of mined work that counts at an ask: e / (e + ask), with e at ${ask(e)} µMILL.`,
        )}
        ${ledger && ledger.blocks.length > 1 ? section('curves', 'The last blocks', curves(ledger.blocks)) : nothing}
        <div class="halves">
          ${section('tasks', 'Tasks', read(ledger) ? recentTasks(ledger.blocks) : empty('Reading the last blocks…'))}
          ${section('feed', 'What happened', read(ledger) ? happenings(ledger.blocks) : empty('Reading the last blocks…'))}
        </div>
      `;
    },
  };
};
