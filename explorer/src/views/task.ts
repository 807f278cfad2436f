// A task: where it stands and what comes next, or how it ended and what it cost.

import { html, nothing } from 'lit-html';
import type { Task } from 'millrace';

import { Storage } from '../chain/storage';
import { type Trace, traceOf } from '../chain/trace';
import { count, short, work } from '../format';
import { Loaded } from '../loaded';
import { fault, facts, modelLink, pill, section } from '../parts/bits';
import { endedTask, meaningOf, openTask, outputBytes, traceTable } from '../parts/outcome';
import type { MakeView } from '../view';
import { state } from '../words';

interface Seen {
  task: Task;
  /** Of a settled task. */
  trace?: Trace | undefined;
}

export const task: MakeView = (app, rest) => {
  const number = Number(rest);
  if (!/^\d{1,15}$/.test(rest)) {
    return {
      title: 'Task',
      render: () => html`<h1>Task</h1>${fault(`“${rest}” is no task: a task's name is a number, as in #/task/0.`)}`,
    };
  }
  const loaded = new Loaded<Seen>(
    app,
    async (millrace) => {
      const found = await millrace.task(number);
      if (found.kind !== 'ended' || found.fate.end.kind !== 'settled') return { task: found };
      const { model, samples, block } = found.fate;
      // The answer counts without it, so a block that is gone is no fault.
      const trace = await traceOf(new Storage(millrace), number, model, samples, block).catch(() => undefined);
      return { task: found, trace };
    },
    ({ task: seen }) => seen.kind === 'ended',
  );
  return {
    title: `Task ${number}`,
    stop: () => loaded.stop(),
    render: () => html`
      <h1>Task ${count(number)}</h1>
      ${loaded.show('the task', ({ task: seen, trace }) => {
        const { word, tone } = state(seen);
        const { requester, model, samples } = seen.kind === 'open' ? seen : seen.fate;
        const each = app.live.model(model)?.sizes.work;
        return html`
          <p class="lead" aria-live="polite">${pill(word, tone)}</p>
          ${section(
            'what',
            'What was asked',
            facts([
              ['Model', modelLink(model)],
              ['Samples', count(samples)],
              ['Work', each === undefined ? 'unknown' : work(each * BigInt(samples))],
              ['Requester', html`<code title=${requester}>${short(requester)}</code>`],
            ]),
          )}
          ${section('standing', seen.kind === 'open' ? 'Where it stands' : 'How it ended', seen.kind === 'open' ? openTask(seen) : endedTask(seen))}
          ${seen.kind === 'ended' && seen.output ? section('output', 'Output', html`${meaningOf(seen.output, app.live.model(model))} ${outputBytes(seen.output)}`) : nothing}
          ${seen.kind === 'ended' && seen.fate.end.kind === 'settled' ? section('trace', 'Trace', traceTable(trace)) : nothing}
        `;
      })}
    `,
  };
};
