// Who sells, and what waits: the lists that the chain's storage has and its methods don't tell at once.

import type { Race } from 'millrace';

import type { Storage } from './storage';

export interface Seller {
  miner: string;
  ask: bigint;
  /** What its slots promise together, MAC per block. */
  rate: bigint;
  slots: { free: number; leased: number; off: number };
  /** The part of its work that counts at its ask: e / (e + ask). */
  efficiency: number;
  /** Mined in the running round, MAC. */
  mined: bigint;
  /** Its part of the running round's emission so far, planck. */
  share: bigint;
}

export interface WaitingTask {
  task: number;
  /** Planck for a block of the queue. */
  bid: bigint;
}

export interface OpenLease {
  task: number;
  until: number;
  miner: string;
  price: bigint;
  due: number;
}

export interface Market {
  sellers: Seller[];
  waiting: WaitingTask[];
  leases: OpenLease[];
  /** All tokens there are, planck. */
  issuance: bigint;
}

interface Slot {
  rate: bigint;
  leased?: { rate: bigint };
  suspended: boolean;
  withdrawn: boolean;
}
interface MinerRecord {
  terms: { ask: bigint };
  slots: Slot[];
}
interface TaskRecord {
  state: { type: string; value?: { miner: string; price: bigint; due: number; until: number } };
}

function seller(miner: string, { terms, slots }: MinerRecord, race: Race, score?: { mined: bigint; score: bigint }): Seller {
  const { emission, emissionPerMegaMac: e, totalScore } = race.round;
  const onSale = slots.filter(({ suspended, withdrawn }) => !suspended && !withdrawn);
  // As the chain has it: a slot is on sale while half of it is free.
  const free = onSale.filter(({ rate, leased }) => 2n * (rate - (leased?.rate ?? 0n)) >= rate);
  const leased = onSale.length - free.length;
  return {
    miner,
    ask: terms.ask,
    rate: slots.reduce((sum, { rate, withdrawn }) => (withdrawn ? sum : sum + rate), 0n),
    slots: { free: free.length, leased, off: slots.length - free.length - leased },
    // Before its first offer is in force, a miner has no slot, and no ask that anything counts at.
    efficiency: slots.length === 0 ? 0 : Number(e) / (Number(e) + Number(terms.ask)),
    mined: score?.mined ?? 0n,
    share: score && totalScore > 0n ? (emission * score.score) / totalScore : 0n,
  };
}

/** Cheapest work first; among equals, who mined most. */
const byEfficiency = (a: Seller, b: Seller) =>
  b.efficiency - a.efficiency || Number(b.mined - a.mined) || Number(b.rate - a.rate);

export async function readMarket(storage: Storage, race: Race): Promise<Market> {
  const [miners, scores, queue, open, issuance] = await Promise.all([
    storage.entries<MinerRecord>('Miners', 'Miners'),
    storage.entries<{ mined: bigint; score: bigint }>('Rewards', 'Scores', race.round.round),
    storage.value<{ task: bigint; bid: bigint }[]>('Tasks', 'Queue'),
    storage.value<{ task: bigint; until: number }[]>('Tasks', 'Leases'),
    storage.value<bigint>('Balances', 'TotalIssuance'),
  ]);
  const scoreOf = new Map(scores.map(({ key, value }) => [key[1] as string, value]));
  const records = await storage.values<TaskRecord>(
    'Tasks',
    'Tasks',
    open.map(({ task }) => task),
  );
  const leases = open.flatMap(({ task }, at) => {
    const lease = records[at]?.state.value;
    return lease ? [{ task: Number(task), miner: lease.miner, price: lease.price, due: lease.due, until: lease.until }] : [];
  });
  return {
    sellers: miners
      .map(({ key, value }) => seller(key[0] as string, value, race, scoreOf.get(key[0] as string)))
      .sort(byEfficiency),
    waiting: queue.map(({ task, bid }) => ({ task: Number(task), bid })),
    leases,
    issuance,
  };
}
