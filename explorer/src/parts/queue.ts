// The queue as the blocks to come, the leases at work, and the last blocks: each square is a task.

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Block, Happening } from '../chain/ledger';
import type { Market, WaitingTask } from '../chain/market';
import { amount, count } from '../format';

/** Tasks of a column. How many a block looks at depends on its time and on how long each search takes. */
const COLUMN = 13;
const BLOCKS_AHEAD = 4;
const BLOCKS_BEHIND = 5;
/** Where a band of bids begins, planck for a block of the queue. */
const BANDS = [0n, 1_000_000n, 10_000_000n, 100_000_000n, 1_000_000_000n] as const;

export const band = (bid: bigint): number => BANDS.findLastIndex((least) => bid >= least) + 1;

const bandName = (at: number): string => {
  const [least, most] = [BANDS[at]!, BANDS[at + 1]];
  if (at === 0) return `under ${amount(most!)}`;
  return most === undefined ? `${amount(least)} and more` : `from ${amount(least)}`;
};

const square = (task: number, cls: string, what: string) =>
  html`<li><a class="square ${cls}" href="#/task/${task}" title="Task ${task}: ${what}"><span class="hidden">Task ${task}: ${what}</span></a></li>`;

const column = (cls: string, head: string, squares: TemplateResult[], foot: string) => html`
  <li class="block ${cls}">
    <h3>${head}</h3>
    <ul class="squares">${squares}</ul>
    <p>${foot}</p>
  </li>
`;

/** The tasks that wait, cut into the blocks that will look at them if slots are free; the last has all the rest. */
export function ahead(waiting: WaitingTask[]): WaitingTask[][] {
  const blocks: WaitingTask[][] = [];
  for (let at = 0; at < BLOCKS_AHEAD; at += 1) {
    const end = at === BLOCKS_AHEAD - 1 ? waiting.length : (at + 1) * COLUMN;
    blocks.push(waiting.slice(at * COLUMN, end));
  }
  return blocks;
}

function waitingColumn(tasks: WaitingTask[], at: number): TemplateResult {
  const bids = tasks.map(({ bid }) => bid).sort((a, b) => (a < b ? -1 : 1));
  const range =
    bids.length === 0 ? 'nothing waits' : bids.length === 1 ? amount(bids[0]!) : `${amount(bids[0]!)} – ${amount(bids.at(-1)!)}`;
  const more = Math.max(0, tasks.length - COLUMN);
  return column(
    tasks.length === 0 && at > 0 ? 'ahead spare' : 'ahead',
    at === 0 ? 'Next block' : `${at === BLOCKS_AHEAD - 1 && more > 0 ? 'From ' : ''}+${at + 1}`,
    tasks.slice(0, COLUMN).map(({ task, bid }) => square(task, `band-${band(bid)}`, `bids ${amount(bid)} a block`)),
    more > 0 ? `${range}, and ${count(more)} more` : range,
  );
}

function settledColumn({ number, happenings }: Block): TemplateResult {
  const settled = happenings.filter((each): each is Extract<Happening, { kind: 'settled' }> => each.kind === 'settled');
  const paid = settled.reduce((sum, each) => sum + each.paid, 0n);
  const wins = happenings.filter(({ kind }) => kind === 'won').length;
  const won = wins > 0 ? `${wins} ${wins === 1 ? 'win' : 'wins'}` : 'no win';
  return column(
    'behind',
    `#${count(number)}`,
    settled.slice(0, COLUMN).map(({ task, paid: each }) => square(task, 'done', `verified, ${amount(each)} paid`)),
    settled.length > 0 ? `${amount(paid)} paid, ${won}` : won,
  );
}

export function queue(market: Market, blocks: Block[]): TemplateResult {
  const pending = ahead(market.waiting).map(waitingColumn).reverse();
  const { leases } = market;
  const working = column(
    'working',
    'At work',
    leases
      .slice(0, COLUMN)
      .map(({ task, price, until }) => square(task, 'leased', `leased for ${amount(price)}, until block ${count(until)}`)),
    leases.length === 0 ? 'no lease' : `${count(leases.length)} ${leases.length === 1 ? 'lease' : 'leases'}`,
  );
  const done = blocks.slice(-BLOCKS_BEHIND).reverse().map(settledColumn);
  return html`
    <ol class="queue">${pending}${working}${done}</ol>
    <p class="legend">
      <span>Bid for a block:</span>
      ${BANDS.map((_, at) => html`<span><i class="square band-${at + 1}" aria-hidden="true"></i> ${bandName(at)}</span>`)}
      <span><i class="square leased" aria-hidden="true"></i> at work</span>
      <span><i class="square done" aria-hidden="true"></i> verified</span>
      ${market.waiting.length > 0 ? html`<span>Oldest first, ${COLUMN} to a column; a block looks at as many as it has time for, and leases those for which a slot is free.</span>` : nothing}
    </p>
  `;
}
