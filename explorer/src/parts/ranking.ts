// Miners in the order of their efficiency, or of another figure.

import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';

import type { Ledger } from '../chain/ledger';
import type { Market, Seller } from '../chain/market';
import { ask, count, percent, work } from '../format';
import { bar, empty, minerLink, money, table } from './bits';

export type Order = 'efficiency' | 'ask' | 'rate' | 'work' | 'earnings';

/** Rows of the table at most. */
const MOST_SHOWN = 100;

interface Row extends Seller {
  work: bigint;
  tasks: number;
  paid: bigint;
  earnings: bigint;
}

const HEADS: readonly (readonly [Order, string, string])[] = [
  ['efficiency', 'Efficiency', 'Part of the mined work that counts at its ask'],
  ['ask', 'Ask', 'µMILL for a mega-MAC'],
  ['rate', 'Rate', 'MAC a block that its slots promise'],
  ['work', 'Verified work', 'Mined in the last blocks'],
  ['earnings', 'Earned', 'Its part of the running round so far, and what tasks paid in the last blocks'],
];

const descending = (a: bigint, b: bigint) => (a < b ? 1 : a > b ? -1 : 0);
const COMPARE: Record<Order, (a: Row, b: Row) => number> = {
  efficiency: () => 0,
  ask: (a, b) => -descending(a.ask, b.ask),
  rate: (a, b) => descending(a.rate, b.rate),
  work: (a, b) => descending(a.work, b.work),
  earnings: (a, b) => descending(a.earnings, b.earnings),
};

const slots = ({ slots: { free, leased, off } }: Seller) =>
  [`${free} free`, leased > 0 ? `${leased} at work` : '', off > 0 ? `${off} off` : ''].filter(Boolean).join(', ');

export function ranking(market: Market, ledger: Ledger, order: Order, sort: (by: Order) => void) {
  if (market.sellers.length === 0) return empty('Nobody is a miner yet.');
  const earned = ledger.earnings();
  const rows: Row[] = market.sellers.map((seller) => {
    const { paid, mined, tasks } = earned.get(seller.miner) ?? { paid: 0n, mined: 0n, tasks: 0 };
    return { ...seller, work: mined, tasks, paid, earnings: paid + seller.share };
  });
  const head = html`
    <th scope="col">#</th>
    <th scope="col">Miner</th>
    ${HEADS.map(
      ([by, name, title]) => html`
        <th scope="col" class="number ${by}" aria-sort=${order === by ? (by === 'ask' ? 'ascending' : 'descending') : 'none'}>
          <button type="button" title="${title}. Sort by it." @click=${() => sort(by)}>${name}</button>
        </th>
      `,
    )}
    <th scope="col" class="slots">Slots</th>
  `;
  const body = repeat(
    rows.sort(COMPARE[order]).slice(0, MOST_SHOWN),
    ({ miner }) => miner,
    (row, at) => html`
      <tr>
        <td class="rank">${at + 1}</td>
        <th scope="row">${minerLink(row.miner)}</th>
        <td class="number efficiency">${bar(row.efficiency)} ${percent(row.efficiency)}</td>
        <td class="number ask">${ask(row.ask)} <small>µMILL</small></td>
        <td class="number rate">${work(row.rate)}</td>
        <td class="number work">${work(row.work)} <small>${count(row.tasks)} ${row.tasks === 1 ? 'task' : 'tasks'}</small></td>
        <td class="number earnings">${money(row.share)} <small>+ ${money(row.paid)} by tasks</small></td>
        <td class="slots">${slots(row)}</td>
      </tr>
    `,
  );
  return html`
    ${table('Miners', head, html`${body}`, 'ranking')}
    ${rows.length > MOST_SHOWN ? html`<p class="note">These are the first ${count(MOST_SHOWN)} of ${count(rows.length)} miners.</p>` : nothing}
  `;
}
