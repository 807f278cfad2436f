// A miner: what it offers, whether it earns, and if not, why.

import { html, nothing } from 'lit-html';
import type { Miner } from 'millrace';

import { ask, count, percent, short, work } from '../format';
import { Loaded } from '../loaded';
import { empty, facts, modelLink, money, pill, section, table, taskLink } from '../parts/bits';
import type { App, MakeView } from '../view';
import { idle } from '../words';

type Slot = Miner['slots'][number];

const slotState = ({ leasedRate, suspended, withdrawn, onSale }: Slot) => {
  if (suspended) return pill('suspended', 'bad');
  if (withdrawn) return pill('withdrawn', 'wait');
  if (leasedRate > 0n) return pill(onSale ? 'partly at work' : 'at work', 'work');
  return onSale ? pill('free', 'good') : pill('not on sale', 'wait');
};

function slots(all: Slot[]) {
  return table(
    'Slots',
    html`<th scope="col">Slot</th><th scope="col">State</th><th scope="col" class="number">Rate, a block</th><th scope="col" class="number">Leased of it</th><th scope="col" class="number">Idle since block</th>`,
    all.map(
      (slot) => html`
        <tr>
          <th scope="row">${slot.slot}</th>
          <td>${slotState(slot)}</td>
          <td class="number">${work(slot.rate)}</td>
          <td class="number">${slot.leasedRate > 0n ? work(slot.leasedRate) : '–'}</td>
          <td class="number">${slot.leasedRate > 0n ? '–' : count(slot.idleSince)}</td>
        </tr>
      `,
    ),
  );
}

function earnings({ live }: App, miner: Miner) {
  const seller = live.market?.sellers.find((each) => each.miner === miner.miner);
  const sum = live.ledger?.earnings().get(miner.miner);
  const unclaimed = miner.unclaimed.reduce((total, { amount }) => total + amount, 0n);
  const blocks = count(live.ledger?.blocks.length ?? 0);
  return facts([
    ['This round so far', seller ? money(seller.share) : '–'],
    ['Mined in this round', seller ? work(seller.mined) : '–'],
    [`Tasks, last ${blocks} blocks`, sum ? html`${money(sum.paid)} for ${count(sum.tasks)}` : 'none'],
    [`Mined, last ${blocks} blocks`, work(sum?.mined ?? 0n)],
    ['To claim', miner.unclaimed.length === 0 ? 'nothing' : html`${money(unclaimed)} of ${count(miner.unclaimed.length)} rounds`],
  ]);
}

function offer(app: App, miner: Miner) {
  const efficiency = app.live.market?.sellers.find((each) => each.miner === miner.miner)?.efficiency;
  return html`
    ${facts([
      ['Ask', `${ask(miner.ask)} µMILL a mega-MAC`],
      ['Efficiency', efficiency === undefined ? '–' : percent(efficiency)],
      ['Models', miner.models.length === 0 ? 'none' : html`${miner.models.map((model) => html`${modelLink(model)} `)}`],
      ['Bond', html`${money(miner.bond)}, ${money(miner.neededBond)} needed`],
      ['Mines', miner.maySprint ? 'yes' : 'not until it resumes'],
      ['Mill key', html`<code title=${miner.mill}>${short(miner.mill)}</code>`],
    ])}
    ${
      miner.next
        ? html`<p class="say">From round ${count(miner.next.from)} on it offers ${count(miner.next.rates.length)} slots at ${ask(miner.next.ask)} µMILL.</p>`
        : nothing
    }
  `;
}

const leases = (miner: Miner) =>
  miner.leases.length === 0
    ? empty('It has no lease now.')
    : table(
        'Leases',
        html`<th scope="col">Task</th><th scope="col">Model</th><th scope="col" class="number">Samples</th><th scope="col" class="number">Due in block</th><th scope="col" class="number">Until block</th>`,
        miner.leases.map(
          (lease) => html`
            <tr>
              <th scope="row">${taskLink(lease.task)}</th>
              <td>${modelLink(lease.model)}</td>
              <td class="number">${count(lease.samples)}</td>
              <td class="number">${count(lease.due)}</td>
              <td class="number">${count(lease.until)}</td>
            </tr>
          `,
        ),
      );

export const miner: MakeView = (app, account) => {
  const loaded = new Loaded<Miner>(app, (millrace) => millrace.miner(account));
  return {
    title: `Miner ${short(account)}`,
    stop: () => loaded.stop(),
    render: () => html`
      <h1>Miner <span class="name">${short(account)}</span></h1>
      <p class="lead"><code class="long">${account}</code></p>
      ${loaded.show(
        'the miner',
        (found) => html`
          <div class="halves">
            ${section('offer', 'What it offers', offer(app, found))}
            ${section('earnings', 'What it earns', earnings(app, found))}
          </div>
          ${section(
            'idle',
            'Why it may not earn more',
            found.idle.length === 0
              ? empty('Nothing keeps it from earning.')
              : html`<ul class="reasons">${found.idle.map((reason) => html`<li>${idle(reason)}</li>`)}</ul>`,
          )}
          ${section('slots', 'Slots', slots(found.slots))}
          ${section('leases', 'Leases', leases(found))}
        `,
      )}
    `,
  };
};
