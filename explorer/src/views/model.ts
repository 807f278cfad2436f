// A model: how large it is, who executes it, and at what price.

import { html, nothing } from 'lit-html';
import type { Model, Offer } from 'millrace';

import { ask, bytes, count, short, work } from '../format';
import { Loaded } from '../loaded';
import { empty, fault, facts, minerLink, money, pill, section, table } from '../parts/bits';
import type { MakeView } from '../view';

type Tensor = NonNullable<Model['metadata']>['input'];

/** Labels that are shown of a model. */
const MOST_LABELS = 20;

interface Seen {
  model: Model;
  offers: Offer[];
  more: boolean;
}

const about = ({ sizes, owner, deposit, openTasks, mostSamples }: Model) =>
  facts([
    ['Work of a sample', work(sizes.work)],
    ['Input of a sample', bytes(sizes.sampleBytes)],
    ['Output of a sample', bytes(sizes.outputBytes)],
    ['Trace of a sample', html`${bytes(sizes.traceBytes)} at most`],
    ['Layers', count(sizes.layers)],
    ['Encoding', bytes(sizes.encodedBytes)],
    ['Samples of a task', mostSamples === null ? 'none: no task can be posted to it' : `${count(mostSamples)} at most`],
    ['Open tasks', count(openTasks)],
    ['Owner', html`<code title=${owner}>${short(owner)}</code>`],
    ['Deposit', money(deposit)],
  ]);

const tensor = ({ shape, meaning, scale, zeroPoint }: Tensor) =>
  html`${shape.join(' × ') || '1'} ${meaning && html`<small>${meaning}</small>`} <small>${zeroPoint === 0 ? html`a step is ${scale}` : html`a step is ${scale}, zero is ${zeroPoint}`}</small>`;

/** What its owner says that it is. The chain checks the shapes and nothing else. */
const meaning = ({ metadata }: Model) =>
  metadata === null
    ? empty('Its owner doesn’t say what it is, nor what its bytes mean.')
    : facts([
        ['Name', metadata.name],
        ['Licence', metadata.licence || 'not said'],
        ['Input', tensor(metadata.input)],
        ['Output', tensor(metadata.output)],
        ['Labels', metadata.labels.length === 0 ? 'none' : labels(metadata.labels)],
      ]);

const labels = (all: string[]) =>
  `${all.slice(0, MOST_LABELS).join(', ')}${all.length > MOST_LABELS ? ` and ${count(all.length - MOST_LABELS)} more` : ''}`;

const book = ({ model, offers, more }: Seen) =>
  offers.length === 0
    ? empty('No free slot offers it now.')
    : html`
        ${table(
          'Offers',
          html`<th scope="col">#</th><th scope="col">Miner</th><th scope="col" class="number">Slot</th><th scope="col" class="number">Ask</th><th scope="col" class="number">A sample</th><th scope="col" class="number">Free, MAC a block</th>`,
          offers.map(
            (offer, at) => html`
              <tr>
                <td class="rank">${at + 1}</td>
                <th scope="row">${minerLink(offer.miner)}</th>
                <td class="number">${offer.slot}</td>
                <td class="number">${ask(offer.ask)} <small>µMILL</small></td>
                <td class="number">${money((offer.ask * model.sizes.work + 999_999n) / 1_000_000n)}</td>
                <td class="number">${work(offer.rate)}</td>
              </tr>
            `,
          ),
        )}
        ${more ? html`<p class="note">These are the first ${count(offers.length)}.</p>` : nothing}
      `;

export const marks = ({ listed, retired }: Model) => html`
  ${listed ? pill('mined', 'work') : nothing} ${retired ? pill('retired', 'bad') : pill('open', 'good')}
`;

export const model: MakeView = (app, name) => {
  if (!/^0x[0-9a-f]{64}$/.test(name)) {
    return {
      title: 'Model',
      render: () =>
        html`<h1>Model</h1>${fault(`“${name}” is no model: its name is 0x and 64 digits. The models view lists all.`)}`,
    };
  }
  const loaded = new Loaded<Seen>(app, async (millrace) => {
    const id = name as Model['model'];
    const [found, offers] = await Promise.all([millrace.model(id), millrace.offers(id)]);
    return { model: found, offers: offers.items, more: offers.next !== null };
  });
  return {
    title: `Model ${short(name, 4)}`,
    stop: () => loaded.stop(),
    render: () => html`
      <h1>Model <span class="name">${short(name, 4)}</span></h1>
      <p class="lead"><code class="long">${name}</code></p>
      ${loaded.show(
        'the model',
        (seen) => html`
          <p>${marks(seen.model)}</p>
          ${section('meaning', 'What its owner says of it', meaning(seen.model))}
          ${section('about', 'What the chain knows', about(seen.model))}
          ${section('offers', 'Free slots, as they would be taken', book(seen))}
        `,
      )}
    `,
  };
};
