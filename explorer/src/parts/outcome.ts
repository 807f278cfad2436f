// How a task stands or ended: who did it, where each planck went, and the trace that the chain checked.

import { html, nothing, type TemplateResult } from 'lit-html';
import { answers, onHold, type Hash, type Model, type Task } from 'millrace';

import type { Layer, Trace } from '../chain/trace';
import { bytes, count, fromHex, real } from '../format';
import { REFUNDS, standing } from '../words';
import { facts, minerLink, money } from './bits';

export type Open = Extract<Task, { kind: 'open' }>;
export type Ended = Extract<Task, { kind: 'ended' }>;

function nextStep({ next }: Open): string {
  switch (next.kind) {
    case 'refund':
      return `It's refunded from block ${count(next.from)} on if nothing happens before: ${REFUNDS[next.why]}.`;
    case 'answer':
      return `The answer is due in block ${count(next.due)}; from then on its price falls, until block ${count(next.until)}. From block ${count(next.slashedFrom)} on its miner is slashed.`;
    case 'lateAnswer':
      return `The answer is late. From block ${count(next.slashedFrom)} on its miner is slashed, and the task waits again.`;
  }
}

/** What posting a task cost, and what of that slashes gave back. */
const posting = ({ posting: paid, compensation }: Pick<Open, 'posting' | 'compensation'>) =>
  compensation > 0n ? html`${money(paid)}, of which ${money(compensation)} came back from miners that failed it` : money(paid);

export const openTask = (task: Open): TemplateResult => html`
  <p class="say">${standing(task.standing)} ${nextStep(task)}</p>
  ${facts([
    ['On hold', money(onHold(task))],
    ['of it the ceiling', money(task.ceiling)],
    ['the input’s deposit', money(task.deposit)],
    ['the verification’s fee', money(task.fee)],
    ['keeping output and record', money(task.retention)],
    ['Rent of its waits so far', money(task.rent)],
    ['Posting it', posting(task)],
    ['Bid', html`${money(task.bid)} a block`],
    ...(task.standing.kind === 'leased'
      ? ([
          ['Miner', minerLink(task.standing.miner)],
          ['Price', money(task.standing.price)],
          ['Price now', money(task.standing.priceNow)],
        ] as const)
      : ([['Rent of a block', money(task.standing.rentPerBlock)]] as const)),
    ['Deadline', `block ${count(task.deadline)}`],
    ...(task.failed.length > 0 ? ([['Failed by', html`${task.failed.map((who) => html`${minerLink(who)} `)}`]] as const) : []),
    ...(task.declined.length > 0
      ? ([['Declined by', html`${task.declined.map((who) => html`${minerLink(who)} `)}`]] as const)
      : []),
  ])}
`;

export const endedTask = ({ fate, keptUntil }: Ended): TemplateResult => {
  const { end, block } = fate;
  if (end.kind !== 'settled') {
    return html`
      <p class="say">It ended in block ${count(block)} without an answer: ${REFUNDS[end.why]}. All that was on hold came back but the rent of its waits and the fee for this record.</p>
      ${facts([
        ['Rent of its waits, burned', money(end.rent)],
        ['Keeping this record', money(end.retention)],
        ['Posting it', posting(end)],
        ['Known until', `block ${count(keptUntil)}`],
      ])}
    `;
  }
  return html`
    <p class="say">The chain verified the answer in block ${count(block)}.</p>
    ${facts([
      ['Miner', minerLink(end.miner)],
      ['Paid to it', money(end.paid)],
      ['Burned of the price', money(end.burned)],
      ['Verification’s fee', money(end.fee)],
      ['Keeping output and record', money(end.retention)],
      ['Rent of its waits, burned', money(end.rent)],
      ['Posting it', posting(end)],
      ['Came back', html`${money(end.returned)} of the ceiling, and the deposit`],
      ['Kept until', `block ${count(keptUntil)}`],
    ])}
  `;
};

const LONGEST_OUTPUT = 64;

const LONGEST_ANSWERS = 16;

/** What an output means, as far as its model's owner says so. */
export function meaningOf(output: string, model: Model | undefined): TemplateResult | typeof nothing {
  if (!model?.metadata) return nothing;
  const all = answers(model, output as Hash);
  const said = all
    .slice(0, LONGEST_ANSWERS)
    .map(({ label, scores }) => label ?? (scores ?? []).map((score) => real(score)).join(' '));
  return html`<p class="say">${model.metadata.output.meaning || 'It'}: <strong>${said.join(', ')}</strong>${all.length > LONGEST_ANSWERS ? ` and ${count(all.length - LONGEST_ANSWERS)} more` : ''}</p>`;
}

/** An output's bytes, as hexadecimal digits. */
export function outputBytes(output: string): TemplateResult {
  const all = fromHex(output);
  const shown = [...all.subarray(0, LONGEST_OUTPUT)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return html`<p class="bytes"><code>${shown}${all.length > LONGEST_OUTPUT ? ' …' : ''}</code> <small>${bytes(all.length)}</small></p>`;
}

const layerRow = ({ width, values }: Layer, at: number) => html`
  <tr>
    <th scope="row">${at + 1}</th>
    <td class="number">${count(values.length)}</td>
    <td class="number">${width}</td>
    <td class="number">${count(values.reduce((a, b) => Math.min(a, b), values[0] ?? 0))}</td>
    <td class="number">${count(values.reduce((a, b) => Math.max(a, b), values[0] ?? 0))}</td>
  </tr>
`;

export function traceTable(trace: Trace | undefined): TemplateResult {
  if (!trace) return html`<p class="empty">This node doesn't have the block with the trace any more.</p>`;
  return html`
    <p class="say">The miner submitted ${bytes(trace.bytes.length)} of trace: the sums that the layers computed. The chain compared them with random products.</p>
    ${
      trace.layers.length === 0
        ? nothing
        : html`<table class="small">
            <thead><tr><th scope="col">Layer</th><th scope="col" class="number">Sums</th><th scope="col" class="number">Bits each</th><th scope="col" class="number">Least</th><th scope="col" class="number">Most</th></tr></thead>
            <tbody>${trace.layers.map(layerRow)}</tbody>
          </table>`
    }
  `;
}
