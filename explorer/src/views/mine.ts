// My tasks: what an account posted, what is on hold for it, and what came back.

import { html, nothing } from 'lit-html';
import { collect, costOf, onHold, type Task } from 'millrace';

import { account, nameOf } from '../account';
import { amount, count } from '../format';
import { Loaded } from '../loaded';
import { empty, fault, modelLink, money, pill, section, stat, table, taskLink } from '../parts/bits';
import { who } from '../parts/who';
import { type App, type MakeView, sentence } from '../view';
import { state } from '../words';

/** Tasks of an account that are read at most, and rows of the table at most. */
const MOST_TASKS = 1_000;
const MOST_SHOWN = 100;

interface Mine {
  tasks: Task[];
  more: boolean;
}

/** What became of what was on hold for a task that ended, planck. */
function cameBack(task: Task): bigint | undefined {
  return task.kind === 'ended' && task.fate.end.kind === 'settled' ? task.fate.end.returned : undefined;
}

/** Everything that an ended task cost, planck. */
const cost = (task: Task): bigint => (task.kind === 'open' ? 0n : costOf(task.fate.end));

function row(task: Task, cancel: (task: number) => void, busy: boolean) {
  const { word, tone } = state(task);
  const { model, samples } = task.kind === 'open' ? task : task.fate;
  const back = cameBack(task);
  const waits = task.kind === 'open' && task.standing.kind === 'waiting';
  return html`
    <tr>
      <th scope="row">${taskLink(task.task)}</th>
      <td>${pill(word, tone)}</td>
      <td>${modelLink(model)} <small>× ${count(samples)}</small></td>
      <td class="number">${task.kind === 'open' ? money(onHold(task)) : '–'}</td>
      <td class="number">${task.kind === 'open' ? '–' : money(cost(task))}</td>
      <td class="number">${task.kind === 'open' ? '–' : back === undefined ? 'all the rest' : money(back)}</td>
      <td>${waits ? html`<button type="button" ?disabled=${busy} @click=${() => cancel(task.task)}>Cancel<span class="hidden"> task ${task.task}</span></button>` : nothing}</td>
    </tr>
  `;
}

const list = ({ tasks, more }: Mine, cancel: (task: number) => void, busy: boolean) => html`
  <dl class="figures few">
    ${stat('Open', count(tasks.filter(({ kind }) => kind === 'open').length), 'tasks')}
    ${stat('On hold', amount(tasks.reduce((sum, task) => (task.kind === 'open' ? sum + onHold(task) : sum), 0n)), 'for open tasks')}
    ${stat('Spent', amount(tasks.reduce((sum, task) => sum + cost(task), 0n)), 'by those that ended')}
    ${stat('Came back', amount(tasks.reduce((sum, task) => sum + (cameBack(task) ?? 0n), 0n)), 'of the ceilings of verified ones')}
  </dl>
  ${
    tasks.length === 0
      ? empty(html`This account has posted nothing that the chain still keeps. <a href="#/draw">Draw a digit</a> and post it.`)
      : table(
          'My tasks',
          html`<th scope="col">Task</th><th scope="col">State</th><th scope="col">Model</th><th scope="col" class="number">On hold</th><th scope="col" class="number">Cost</th><th scope="col" class="number">Came back</th><th scope="col"><span class="hidden">Cancel</span></th>`,
          tasks.slice(0, MOST_SHOWN).map((task) => row(task, cancel, busy)),
        )
  }
  ${tasks.length > MOST_SHOWN ? html`<p class="note">The table has the newest ${count(MOST_SHOWN)} tasks.</p>` : nothing}
  ${more ? html`<p class="note">There are more: the figures are of the newest ${count(tasks.length)}.</p>` : nothing}
`;

export const mine: MakeView = (app: App) => {
  const loaded = new Loaded<Mine>(app, async (millrace) => {
    const { address } = account();
    const read = (cursor: number | null) => millrace.tasks(address, { cursor, count: 100 });
    const { items, next } = await collect(read, { most: MOST_TASKS });
    return { tasks: items, more: next !== null };
  });
  let said: string | undefined;
  let refused: string | undefined;
  let busy = false;
  const cancel = async (task: number) => {
    busy = true;
    [said, refused] = [`Taking task ${task} back…`, undefined];
    app.redraw();
    try {
      await app.live.millrace!.cancel(task, account(), { until: 'best' });
      said = `Task ${task} is cancelled, and what was on hold is back but the rent of its waits and the fee for its record.`;
    } catch (error) {
      [said, refused] = [undefined, sentence(error)];
    }
    busy = false;
    loaded.again();
    app.redraw();
  };
  const claim = async () => {
    busy = true;
    [said, refused] = ['Claiming…', undefined];
    app.redraw();
    try {
      const { rounds, amount: got } = await app.live.millrace!.claimAll(account(), { until: 'best' });
      said =
        rounds.length === 0 ? 'This account has nothing to claim.' : `Claimed ${amount(got)} of ${count(rounds.length)} rounds.`;
    } catch (error) {
      [said, refused] = [undefined, sentence(error)];
    }
    busy = false;
    app.redraw();
  };
  const changed = () => {
    loaded.value = undefined;
    loaded.again();
  };
  return {
    title: 'My tasks',
    stop: () => loaded.stop(),
    render: () => html`
      <h1>My tasks</h1>
      <p class="lead">What an account posted, what is on hold, and what came back.</p>
      ${section(
        'whose',
        'Whose',
        html`${who(app, changed)}<button type="button" ?disabled=${busy} @click=${claim}>Claim shares of closed rounds</button>`,
      )}
      <p class="say" role="status">${said ?? nothing}</p>
      ${refused ? fault(refused) : nothing}
      ${section(
        'list',
        `Tasks of ${nameOf(account())}`,
        loaded.show('the tasks', (found) => list(found, cancel, busy)),
      )}
    `,
  };
};
