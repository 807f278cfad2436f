// What the last blocks did: their tasks, and one line for each thing that happened.

import { html, nothing, type TemplateResult } from 'lit-html';

import type { Block, Happening } from '../chain/ledger';
import { count, work } from '../format';
import { FAILURES, refundReason } from '../words';
import { empty, minerLink, modelLink, money, pill, table, taskLink } from './bits';

const MOST_TASKS = 12;
const MOST_LINES = 18;

interface Seen {
  task: number;
  block: number;
  model?: string;
  samples?: number;
  miner?: string;
  amount?: bigint;
  word: string;
  tone: string;
}

const isOf = <K extends Happening['kind']>(each: Happening, ...kinds: K[]): each is Extract<Happening, { kind: K }> =>
  (kinds as string[]).includes(each.kind);

/** The tasks of these blocks, newest first, each as it stands. */
export function tasksOf(blocks: Block[]): Seen[] {
  const seen = new Map<number, Seen>();
  for (const { number, happenings: all } of blocks) {
    for (const each of all) {
      if (!isOf(each, 'posted', 'leased', 'settled', 'failed', 'refunded')) continue;
      const task = { ...(seen.get(each.task) ?? { task: each.task }), block: number } as Seen;
      if (each.kind === 'posted')
        Object.assign(task, { model: each.model, samples: each.samples, amount: each.ceiling, word: 'waiting', tone: 'wait' });
      else if (each.kind === 'leased')
        Object.assign(task, { miner: each.miner, amount: each.price, word: 'leased', tone: 'work' });
      else if (each.kind === 'settled')
        Object.assign(task, { miner: each.miner, amount: each.paid + each.burned, word: 'verified', tone: 'good' });
      else if (each.kind === 'failed') Object.assign(task, { word: 'waiting', tone: 'wait' });
      else Object.assign(task, { word: 'refunded', tone: 'bad' });
      seen.set(each.task, task);
    }
  }
  return [...seen.values()].sort((a, b) => b.task - a.task);
}

export function recentTasks(blocks: Block[]): TemplateResult {
  const tasks = tasksOf(blocks).slice(0, MOST_TASKS);
  if (tasks.length === 0) {
    return html`${empty(html`No task in the last ${count(blocks.length)} blocks. <a href="#/draw">Draw a digit</a> and post the first.`)}`;
  }
  return table(
    'Tasks',
    html`<th scope="col">Task</th><th scope="col">State</th><th scope="col">Miner</th><th scope="col" class="number">Price</th><th scope="col" class="number">Block</th>`,
    tasks.map(
      (task) => html`
        <tr>
          <th scope="row">${taskLink(task.task)}</th>
          <td>${pill(task.word, task.tone)}</td>
          <td>${task.miner ? minerLink(task.miner) : '–'}</td>
          <td class="number">${task.amount === undefined ? '–' : html`${task.word === 'waiting' ? 'at most ' : nothing}${money(task.amount)}`}</td>
          <td class="number">${count(task.block)}</td>
        </tr>
      `,
    ),
  );
}

function line(each: Happening): TemplateResult {
  switch (each.kind) {
    case 'posted':
      return html`${taskLink(each.task)} posted: ${count(each.samples)} ${each.samples === 1 ? 'sample' : 'samples'} for ${modelLink(each.model)}, at most ${money(each.ceiling)}`;
    case 'leased':
      return html`${taskLink(each.task)} leased to ${minerLink(each.miner)} for ${money(each.price)}`;
    case 'settled':
      return html`${taskLink(each.task)} verified: ${minerLink(each.miner)} got ${money(each.paid)}, ${money(each.burned)} burned`;
    case 'failed':
      return html`${minerLink(each.miner)} failed ${taskLink(each.task)}: ${FAILURES[each.reason] ?? each.reason}`;
    case 'refunded':
      return html`${taskLink(each.task)} refunded: ${refundReason(each.why)}`;
    case 'won':
      return html`${minerLink(each.miner)} won a sprint: ${work(each.credited)} mined`;
    case 'slashed':
      return html`${minerLink(each.miner)} slashed: ${money(each.amount)} of its bond${each.compensation > 0n ? html`, of which ${money(each.compensation)} went to the requester for posting its task` : nothing}`;
    case 'charged':
      return html`${minerLink(each.miner)} charged ${money(each.amount)} for a lease that it declined`;
    case 'claimed':
      return html`${minerLink(each.miner)} claimed ${money(each.amount)} of round ${count(each.round)}`;
    case 'closed':
      return html`Round ${count(each.round)} closed: ${money(each.emission)} for ${work(each.mined)}`;
    case 'offered':
      return html`A new offer of ${minerLink(each.miner)} is in force`;
  }
}

export function happenings(blocks: Block[]): TemplateResult {
  const lines = blocks
    .flatMap(({ number, happenings: all }) => all.map((each) => ({ number, each })))
    .slice(-MOST_LINES)
    .reverse();
  if (lines.length === 0) return html`${empty('Nothing happened in the last blocks.')}`;
  return html`
    <ol class="feed">
      ${lines.map(({ number, each }) => html`<li><span class="at">#${count(number)}</span> <span>${line(each)}</span></li>`)}
    </ol>
  `;
}
