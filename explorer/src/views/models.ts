// All models that the chain knows.

import { html, nothing } from 'lit-html';

import { bytes, count, work } from '../format';
import { empty, modelLink, section, table } from '../parts/bits';
import type { MakeView } from '../view';
import { marks } from './model';

export const models: MakeView = ({ live }) => ({
  title: 'Models',
  render: () => html`
    <h1>Models</h1>
    <p class="lead">A model is an integer graph, named by the hash of its encoding. Anybody can register one, and say what it is called.</p>
    ${section(
      'all',
      'Registered models',
      !live.models
        ? empty('Reading the models…')
        : live.models.length === 0
          ? empty('This chain has no model yet. Anybody can register one, with “millrace register FILE”.')
          : table(
              'Models',
              html`<th scope="col">Model</th><th scope="col">Called</th><th scope="col">State</th><th scope="col" class="number">Work of a sample</th><th scope="col" class="number">Input</th><th scope="col" class="number">Output</th><th scope="col" class="number">Slots</th><th scope="col" class="number">Open tasks</th>`,
              live.models.map(
                (model) => html`
                <tr>
                  <th scope="row">${modelLink(model.model)}</th>
                  <td>${model.metadata?.name ?? '–'}</td>
                  <td>${marks(model)}</td>
                  <td class="number">${work(model.sizes.work)}</td>
                  <td class="number">${bytes(model.sizes.sampleBytes)}</td>
                  <td class="number">${bytes(model.sizes.outputBytes)}</td>
                  <td class="number">${model.slots === null ? 'not counted' : count(model.slots)}</td>
                  <td class="number">${count(model.openTasks)}</td>
                </tr>
              `,
              ),
            ),
    )}
    ${live.models && live.moreModels ? html`<p class="note">These are the first ${count(live.models.length)}.</p>` : nothing}
  `,
});
