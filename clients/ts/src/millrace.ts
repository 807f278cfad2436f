// Millrace: a connection, and all that a requester or a miner asks of it.

import { Blake2256 } from '@polkadot-api/substrate-bindings';
import type { PolkadotSigner } from 'polkadot-api/signer';
import { toHex } from 'polkadot-api/utils';

import { addressOf, publicKey } from './accounts.js';
import type { CallsApi } from './calls.js';
import { amount, block, modelName, taskNumber } from './checks.js';
import { type ConnectOptions, type Connection, open } from './connection.js';
import { type Wait, within } from './deadline.js';
import { MillraceError } from './errors.js';
import { type Batch, type BatchOptions, batchBytes, isReal } from './input.js';
import { chainMetadata } from './metadata.js';
import { collect, type Page, type PageOptions, pageOf } from './pages.js';
import { asJson, revive } from './revive.js';
import { type Included, type SendOptions, type Signable, send } from './send.js';
import { wholeSamples } from './shape.js';
import type { Hash, Metadata, Miner, Model, Offer, Quote, Race, Share, Task } from './views.js';
import { type Watched, watchRace, watchTask } from './watch.js';

/** Who signs: polkadot-api's signer, or an account that has one. */
export type Signs = PolkadotSigner | { signer: PolkadotSigner };

/** When a task ends at the latest: a block, or so many blocks from now, 100 by default. */
export interface Until {
  deadline?: number | undefined;
  blocks?: number | undefined;
}

export interface Posting extends Until, BatchOptions {
  model: Hash;
  input: Batch;
  /** The most that it may cost, planck. A quarter above what the quote says by default, so that it may wait a while. */
  maxPrice?: bigint | undefined;
}

export interface Posted extends Included {
  task: number;
  maxPrice: bigint;
}

export interface Registered {
  model: Hash;
  /** Whether it is registered now; if not, the chain had it already, and its metadata are what they were. */
  registered: boolean;
}

export interface Terms {
  /** Planck per mega-MAC. */
  ask: bigint;
  /** MAC per block that each slot promises. */
  rates: bigint[];
  models: Hash[];
}

export interface Claimed {
  rounds: number[];
  /** Planck. */
  amount: bigint;
}

const READING = 30_000;
const OFFERING = 600_000;
const BLOCKS = 100;
/** Claims in one transaction. */
const CLAIMS = 50;

const signerOf = (who: Signs): PolkadotSigner => ('signer' in who ? who.signer : who);

/** Name of a model: the hash of its encoding. */
export const modelId = (encoding: Uint8Array): Hash => toHex(Blake2256(encoding)) as Hash;

/** Connects to a node; resolves once it answers. */
export const connect = async (url: string, options: ConnectOptions = {}): Promise<Millrace> =>
  new Millrace(await open(url, options));

export class Millrace {
  readonly #connection: Connection;
  /** polkadot-api's client, for what this class has no method for. */
  readonly client: Connection['client'];
  /** polkadot-api's untyped api: every call, storage item and constant of the chain. */
  readonly api: ReturnType<Connection['client']['getUnsafeApi']>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.client = connection.client;
    this.api = connection.client.getUnsafeApi();
  }

  get url(): string {
    return this.#connection.url;
  }

  close(): void {
    this.#connection.close();
  }

  /** What a batch of so many samples would cost now, and who would take it. */
  async quote(model: Hash, samples: number, options: Until & Wait = {}): Promise<Quote> {
    const deadline = options.deadline ?? (options.blocks === undefined ? null : await this.#deadline(options, options));
    return this.#read('millrace_quote', [model, samples, deadline], options);
  }

  /** Where a task stands, or how it ended. */
  task(task: number, wait: Wait = {}): Promise<Task> {
    return this.#read('millrace_task', [task], wait);
  }

  /** The tasks of an account, newest first. */
  tasks(account: string, options: PageOptions<number> = {}): Promise<Page<Task, number>> {
    return this.#read('millrace_tasks', [account, ...pageOf(options)], options);
  }

  /** The registered models. */
  models(options: PageOptions<Hash> = {}): Promise<Page<Model, Hash>> {
    return this.#read('millrace_models', pageOf(options), options);
  }

  /** A model. */
  async model(model: Hash, wait: Wait = {}): Promise<Model> {
    const view = await this.#runtime<Record<string, unknown> | undefined>('model_view', [modelName(model)], wait);
    if (view) return asJson(view) as Model;
    throw new MillraceError('NoModel', `No model ${model} is registered`, 'Register it first, or take one that models() lists.');
  }

  /** The free slots that offer a model, in the order in which they would be taken. */
  offers(model: Hash, options: PageOptions<Hash> = {}): Promise<Page<Offer, Hash>> {
    return this.#read('millrace_offers', [model, ...pageOf(options)], options);
  }

  /** A miner, with every reason why it doesn't earn, and all that it can claim. The timeout is each request's. */
  async miner(account: string, wait: Wait = {}): Promise<Miner> {
    const miner = await this.#read<Miner>('millrace_miner', [account], wait);
    const { unclaimed, unclaimedNext: from } = miner;
    if (from === null) return miner;
    // The method has the first hundred shares; a sum over them alone would be too small.
    const { items } = await collect((cursor) => this.unclaimed(account, { cursor, ...wait }), { from });
    return { ...miner, unclaimed: [...unclaimed, ...items], unclaimedNext: null };
  }

  /** The shares of closed rounds that an account can claim, oldest first. */
  unclaimed(account: string, options: PageOptions<number> = {}): Promise<Page<Share, number>> {
    return this.#read('millrace_unclaimed', [account, ...pageOf(options)], options);
  }

  /** Round, emission, sprints, queue and leases. */
  round(wait: Wait = {}): Promise<Race> {
    return this.#read('millrace_round', [], wait);
  }

  /** What `round` says, in each block from now on. */
  watchRound(wait: Wait = {}): AsyncGenerator<Race, void, undefined> {
    return watchRace(this.#connection, wait);
  }

  /** A task whenever something changes; ends once it has ended for good. */
  watch(task: number, wait: Wait = {}): AsyncGenerator<Watched, void, undefined> {
    return watchTask(this.#connection, task, wait);
  }

  /** How a task ended, for good. */
  async outcome(task: number, wait: Wait = {}): Promise<Extract<Watched, { kind: 'ended' }>> {
    for await (const view of this.watch(task, wait)) if (view.kind === 'ended' && view.final) return view;
    throw new MillraceError('NoTask', `Task ${task} ended, and its retention is over`, 'Look at the events of its block.');
  }

  /** Posts a task. Real numbers and images become bytes by the model's metadata, unless a quantization is given. */
  async post(posting: Posting, who: Signs, options: SendOptions = {}): Promise<Posted> {
    const { model, metadata, sizes } = await this.model(posting.model, options);
    const unexplained = isReal(posting.input) && !posting.quantization;
    const input = batchBytes(posting.input, { ...posting, metadata: unexplained ? metadata : null });
    const samples = wholeSamples(input.length, sizes.sampleBytes);
    const deadline = await this.#deadline(posting, options);
    const maxPrice = amount('The ceiling', posting.maxPrice ?? (await this.#ceiling(model, samples, deadline, options)));
    // The input's hash is for libraries that may read bytes in another way; this one sends them as they are.
    const call = this.#calls.Tasks.post({ model, input, max_price: maxPrice, deadline, input_hash: undefined });
    const included = await this.send(call, who, options);
    return { ...included, task: Number(fieldOf(included, 'Tasks', 'TaskPosted', 'task')), maxPrice };
  }

  /** Takes a task back that waits in the queue. */
  async cancel(task: number, who: Signs, options: SendOptions = {}): Promise<Included> {
    return this.send(this.#calls.Tasks.cancel({ task: BigInt(taskNumber(task)) }), who, options);
  }

  /** Registers a model, unless the chain has it; with metadata if they are given. */
  async registerModel(
    encoding: Uint8Array,
    who: Signs,
    { metadata, ...options }: SendOptions & { metadata?: Metadata | null | undefined } = {},
  ): Promise<Registered> {
    const model = modelId(encoding);
    const call = this.#calls.Models.register({ encoding, metadata: metadata ? chainMetadata(metadata) : undefined });
    if (await this.#runtime('model_view', [model], options)) return { model, registered: false };
    await this.send(call, who, options);
    return { model, registered: true };
  }

  /** Says what a model is, for people, in place of what was said before; null takes that back. Only its owner may. */
  async describeModel(model: Hash, metadata: Metadata | null, who: Signs, options: SendOptions = {}): Promise<Included> {
    const said = metadata ? chainMetadata(metadata) : undefined;
    return this.send(this.#calls.Models.describe({ model: modelName(model), metadata: said }), who, options);
  }

  /** Takes no new tasks for a model, so that it can be removed: from its `removableFrom` on. Only its owner may. */
  async retireModel(model: Hash, who: Signs, options: SendOptions = {}): Promise<Included> {
    return this.send(this.#calls.Models.retire({ model: modelName(model) }), who, options);
  }

  /** Removes a retired model that no open task uses; its deposit comes back. Only its owner may. */
  async removeModel(model: Hash, who: Signs, options: SendOptions = {}): Promise<Included> {
    return this.send(this.#calls.Models.remove({ model: modelName(model) }), who, options);
  }

  /** Makes the account a miner. Its node's millrace_proveMill has mill key and proof. */
  async registerMiner(miner: Terms & { mill: Hash; proof: Hash }, who: Signs, options: SendOptions = {}): Promise<Included> {
    const { mill, proof } = miner;
    return this.send(this.#calls.Miners.register({ mill, proof, ...checked(miner) }), who, options);
  }

  /** Schedules a miner's offer in place of the present one, from the next round. */
  async offer(terms: Terms, who: Signs, options: SendOptions = {}): Promise<Included> {
    return this.send(this.#calls.Miners.offer(checked(terms)), who, options);
  }

  /** Waits until a miner's offer is in force: with the next round, when its node sees to it. */
  inForce(miner: string, wait: Wait = {}): Promise<void> {
    const remedy = "Look whether the miner's node runs, and then what waits: the miner's `next`.";
    return within(wait, OFFERING, 'Bringing the offer into force', remedy, async (deadline) => {
      while ((await this.#connection.request<Miner>('millrace_miner', [miner], deadline)).next !== null) {
        await this.#connection.nextBlock(deadline);
      }
    });
  }

  /** Puts a miner's suspended slots on sale again. */
  resume(who: Signs, options: SendOptions = {}): Promise<Included> {
    return this.send(this.#calls.Miners.resume(), who, options);
  }

  /** Claims all shares of closed rounds for an account: the one that signs, unless another is named. */
  async claimAll(who: Signs, options: SendOptions & { account?: string | undefined } = {}): Promise<Claimed> {
    const account = addressOf(options.account === undefined ? signerOf(who).publicKey : publicKey(options.account));
    const claimed: Claimed = { rounds: [], amount: 0n };
    for (;;) {
      const shares = await this.#runtime<Array<Pick<Share, 'round' | 'amount'>>>('unclaimed', [account, 0, CLAIMS], options);
      if (shares.length === 0) return claimed;
      const calls = shares.map(({ round }) => this.#calls.Rewards.claim({ round, miner: account }).decodedCall);
      // Or it would pay for the same over and over.
      if (shares.some(({ round }) => claimed.rounds.includes(round))) {
        throw new MillraceError('Runtime', `The chain still shows shares of ${account} that it paid`, 'Ask another node.');
      }
      const failed = await this.send(this.#calls.Utility.force_batch({ calls }), who, options).then(
        () => undefined,
        (error: MillraceError) => error,
      );
      // A miner's own node may be faster: then the account has what it was to get.
      if (failed && failed.code !== 'Rewards.NothingToClaim') throw failed;
      claimed.rounds.push(...shares.map(({ round }) => round));
      claimed.amount += shares.reduce((sum, { amount }) => sum + amount, 0n);
    }
  }

  /** Signs any transaction of `api.tx` and sees it into the chain. What fails within a batch, sudo or a proxy fails here. */
  send(transaction: Signable, who: Signs, options: SendOptions = {}): Promise<Included> {
    return send(this.#connection, transaction, signerOf(who), options);
  }

  get #calls(): CallsApi {
    return this.api.tx as unknown as CallsApi;
  }

  #read<T>(method: string, params: unknown[], wait: Wait): Promise<T> {
    return within(wait, READING, method, 'Is the connection up? Try again.', async (deadline) =>
      revive<T>(await this.#connection.request(method, params, deadline)),
    );
  }

  #runtime<T>(method: string, args: unknown[], wait: Wait): Promise<T> {
    return within(wait, READING, `MarketApi.${method}`, 'Is the connection up? Try again.', (deadline) =>
      this.#connection.runtime<T>('MarketApi', method, args, deadline),
    );
  }

  async #deadline({ deadline, blocks = BLOCKS }: Until, wait: Wait): Promise<number> {
    return deadline === undefined
      ? (await this.round(wait)).block + block('The time until the deadline', blocks)
      : block('The deadline', deadline);
  }

  /** A ceiling that today's price fits, with a quarter to spare for rent and for a dearer slot. */
  async #ceiling(model: Hash, samples: number, deadline: number, wait: Wait): Promise<bigint> {
    const { taker, leastCeiling } = await this.quote(model, samples, { ...wait, deadline });
    if (taker.kind === 'nobody') {
      throw new MillraceError(
        'BadArguments',
        `No slot would take the batch now (${taker.why.kind}), so there is no price to go by`,
        'Give maxPrice, and the task waits in the queue; or post later.',
      );
    }
    const spared = (taker.price * 5n) / 4n;
    return spared > leastCeiling ? spared : leastCeiling;
  }
}

/** Terms that the chain can decode. */
const checked = ({ ask, rates, models }: Terms): Terms => ({
  ask: amount('The ask', ask),
  rates: rates.map((rate, slot) => amount(`The rate of slot ${slot}`, rate)),
  models: models.map(modelName),
});

function fieldOf({ events, hash }: Included, pallet: string, name: string, field: string): unknown {
  const event = events.find((each) => each.pallet === pallet && each.name === name);
  if (event) return event.data[field];
  throw new MillraceError('Runtime', `Transaction ${hash} has no event ${pallet}.${name}`, 'Update this package.');
}
