// What the last blocks did: paid, mined, burned, and to whom. Read from their events, kept for a bounded number of blocks.

import type { ChainEvent, Storage } from './storage';

/** How many blocks are kept and looked back at. */
export const WINDOW = 120;
/** Blocks that are asked for at once. */
const AT_ONCE = 8;

export type Happening =
  | { kind: 'posted'; task: number; requester: string; model: string; samples: number; ceiling: bigint }
  | { kind: 'leased'; task: number; miner: string; price: bigint; rent: bigint }
  | { kind: 'settled'; task: number; miner: string; paid: bigint; burned: bigint; fee: bigint; retention: bigint }
  | { kind: 'failed'; task: number; miner: string; reason: string }
  | { kind: 'refunded'; task: number; why: string; rent: bigint }
  | { kind: 'won'; miner: string; model: string; credited: bigint }
  | { kind: 'slashed'; miner: string; amount: bigint; compensation: bigint }
  | { kind: 'charged'; miner: string; amount: bigint }
  | { kind: 'claimed'; miner: string; round: number; amount: bigint }
  | { kind: 'closed'; round: number; emission: bigint; mined: bigint }
  | { kind: 'offered'; miner: string };

export interface Block {
  number: number;
  hash: string;
  happenings: Happening[];
  /** Attempts that a win took on average, of the first listed model. */
  difficulty: number;
  /** Work that was mined in it, MAC. */
  mined: bigint;
  /** Work that requesters paid for and that was settled in it, MAC. */
  paid: bigint;
}

/** The chain counts difficulty in parts of this. */
const DIFFICULTY_PARTS = 65_536;

interface Fate {
  model: string;
  samples: number;
}

export class Ledger {
  blocks: Block[] = [];
  /** The work of a sample of each model, MAC. */
  workOf = new Map<string, bigint>();

  constructor(private readonly storage: Storage) {}

  /** Reads the blocks up to this one that aren't read yet, newest first, and says when there are more. */
  async follow(best: number, changed: () => void): Promise<void> {
    const first = Math.max(1, best - WINDOW + 1);
    // The newest that is known may be of a fork that lost.
    const known = new Map(
      this.blocks.filter(({ number }) => number >= first && number < best - 1).map((block) => [block.number, block]),
    );
    const missing: number[] = [];
    for (let number = best; number >= first; number -= 1) if (!known.has(number)) missing.push(number);
    for (let at = 0; at < missing.length; at += AT_ONCE) {
      const read = await Promise.all(missing.slice(at, at + AT_ONCE).map((number) => this.#read(number)));
      for (const block of read) if (block) known.set(block.number, block);
      this.blocks = [...known.values()].sort((a, b) => a.number - b.number);
      await this.#addPaidWork();
      changed();
      // Nodes forget the state of old blocks.
      if (read.includes(undefined)) break;
    }
  }

  async #read(number: number): Promise<Block | undefined> {
    const { storage } = this;
    const hash = await storage.request<string | null>('chain_getBlockHash', number);
    if (!hash) return undefined;
    const read = Promise.all([storage.events(hash), storage.value<{ difficulty: bigint }[]>('Sprints', 'Listed', hash)]);
    const found = await read.catch(() => undefined);
    if (!found) return undefined;
    const [events, listings] = found;
    const happenings = events.flatMap(happening);
    return {
      number,
      hash,
      happenings,
      difficulty: Number(listings[0]?.difficulty ?? 0n) / DIFFICULTY_PARTS,
      mined: happenings.reduce((sum, each) => (each.kind === 'won' ? sum + each.credited : sum), 0n),
      paid: -1n,
    };
  }

  /** The events don't say how much work a task was; what is kept of it does. */
  async #addPaidWork(): Promise<void> {
    const open = this.blocks.filter(({ paid }) => paid < 0n);
    const settled = open.flatMap(({ happenings }) => happenings.filter(({ kind }) => kind === 'settled')) as { task: number }[];
    const tasks = settled.map(({ task }) => task);
    const fates = await this.storage.values<Fate>('Tasks', 'Fates', tasks.map(BigInt));
    const workOf = new Map(tasks.map((task, at) => [task, this.#work(fates[at])]));
    for (const block of open) {
      block.paid = block.happenings.reduce(
        (sum, each) => (each.kind === 'settled' ? sum + (workOf.get(each.task) ?? 0n) : sum),
        0n,
      );
    }
  }

  #work(fate: Fate | undefined): bigint {
    return fate ? (this.workOf.get(fate.model) ?? 0n) * BigInt(fate.samples) : 0n;
  }

  /** The part of the verified work that requesters asked for; undefined if there was none. */
  get usefulShare(): number | undefined {
    const paid = Number(this.blocks.reduce((sum, block) => sum + (block.paid > 0n ? block.paid : 0n), 0n));
    const mined = Number(this.blocks.reduce((sum, block) => sum + block.mined, 0n));
    return paid + mined > 0 ? paid / (paid + mined) : undefined;
  }

  /** Planck burned: cuts, rents, slashes and charges. */
  get burned(): bigint {
    return this.blocks.reduce((sum, { happenings }) => sum + happenings.reduce((part, each) => part + burnedBy(each), 0n), 0n);
  }

  /** What each miner was paid by tasks, and mined. */
  earnings(): Map<string, { paid: bigint; mined: bigint; tasks: number }> {
    const sums = new Map<string, { paid: bigint; mined: bigint; tasks: number }>();
    for (const each of this.blocks.flatMap(({ happenings }) => happenings)) {
      if (each.kind !== 'settled' && each.kind !== 'won') continue;
      const sum = sums.get(each.miner) ?? { paid: 0n, mined: 0n, tasks: 0 };
      if (each.kind === 'settled') {
        sum.paid += each.paid;
        sum.tasks += 1;
      } else {
        sum.mined += each.credited;
      }
      sums.set(each.miner, sum);
    }
    return sums;
  }
}

function burnedBy(each: Happening): bigint {
  switch (each.kind) {
    case 'settled':
      return each.burned;
    case 'slashed':
      return each.amount - each.compensation;
    case 'leased':
    case 'refunded':
      return each.rent;
    case 'charged':
      return each.amount;
    default:
      return 0n;
  }
}

type Fields = ChainEvent['fields'];
const READERS: Record<string, (f: Fields) => Happening> = {
  'Tasks.TaskPosted': (f) => ({
    kind: 'posted',
    task: Number(f.task),
    requester: f.requester,
    model: f.model,
    samples: f.samples,
    ceiling: f.max_price,
  }),
  'Tasks.TaskLeased': (f) => ({ kind: 'leased', task: Number(f.task), miner: f.miner, price: f.price, rent: f.rent }),
  'Tasks.TaskSettled': (f) => ({
    kind: 'settled',
    task: Number(f.task),
    miner: f.miner,
    paid: f.paid,
    burned: f.burned,
    fee: f.fee,
    retention: f.retention,
  }),
  'Tasks.LeaseFailed': (f) => ({ kind: 'failed', task: Number(f.task), miner: f.miner, reason: f.reason.type }),
  'Tasks.TaskRefunded': (f) => ({ kind: 'refunded', task: Number(f.task), why: f.why.type, rent: f.rent }),
  'Sprints.SprintWon': (f) => ({ kind: 'won', miner: f.miner, model: f.model, credited: f.credited }),
  'Miners.Slashed': (f) => ({ kind: 'slashed', miner: f.miner, amount: f.amount, compensation: f.compensation }),
  'Miners.Charged': (f) => ({ kind: 'charged', miner: f.miner, amount: f.amount }),
  'Miners.OfferInForce': (f) => ({ kind: 'offered', miner: f.miner }),
  'Rewards.Claimed': (f) => ({ kind: 'claimed', miner: f.miner, round: f.round, amount: f.amount }),
  'Rewards.RoundClosed': (f) => ({ kind: 'closed', round: f.round, emission: f.emission, mined: f.mined }),
};

function happening({ pallet, name, fields }: ChainEvent): Happening[] {
  const read = READERS[`${pallet}.${name}`];
  return read ? [read(fields)] : [];
}
