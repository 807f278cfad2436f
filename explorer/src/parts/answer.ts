// The answer to a drawn digit: what the model says, how sure it was, what it cost, and the trace.

import { html, nothing } from 'lit-html';
import type { Task } from 'millrace';

import type { Trace } from '../chain/trace';
import { count, fromHex, integers } from '../format';
import { bar, taskLink } from './bits';
import { endedTask, traceTable } from './outcome';

export interface Answered {
  task: Extract<Task, { kind: 'ended' }>;
  trace: Trace | undefined;
}

/** The index that the model gave out. */
export const digitOf = ({ output }: Answered['task']): number | undefined => (output ? integers(fromHex(output))[0] : undefined);

/** The last layer's sums: one for each digit, and the largest is the answer. */
function scores(trace: Trace | undefined) {
  const values = trace?.layers.at(-1)?.values;
  if (values?.length !== 10) return nothing;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return html`
    <table class="scores">
      <caption>The last layer's sums, one for each digit, out of the trace. The answer is the largest.</caption>
      <thead><tr><th scope="col">Digit</th><th scope="col"><span class="hidden">Bar</span></th><th scope="col" class="number">Sum</th></tr></thead>
      <tbody>
        ${values.map(
          (value, digit) => html`
            <tr class=${value === most ? 'best' : ''}>
              <th scope="row">${digit}</th>
              <td>${bar((value - least) / Math.max(1, most - least))}</td>
              <td class="number">${count(value)}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

export function answer(answered: Answered) {
  const { task, trace } = answered;
  const digit = digitOf(task);
  return html`
    <div class="answer">
      ${
        digit === undefined
          ? nothing
          : html`<p class="digit"><span class="hidden">The verified answer is </span><strong data-testid="digit">${digit}</strong><small>verified, ${taskLink(task.task)}</small></p>`
      }
      ${scores(trace)}
    </div>
    ${endedTask(task)}
    ${task.fate.end.kind === 'settled' ? traceTable(trace) : nothing}
  `;
}
