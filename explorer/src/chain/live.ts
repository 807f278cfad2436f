// All that views follow: the connection, the race in the best block, and what is read when a block comes.

import { collect, connect, type Hash, type Millrace, type Model, type Race, type Status } from 'millrace';

import { Ledger } from './ledger';
import { type Market, readMarket } from './market';
import { Storage } from './storage';

/** Seconds between blocks, until enough of them were seen: the chain's own. */
const BLOCK_TIME = 6;
/** Blocks that must have come before their pace counts. */
const PACE = 4;
/** So many block times without a block are too many. */
const SILENT = 5;
/** Models that the page reads at most. */
const MOST_MODELS = 1_000;
/** A pause before the race is followed again, after something went wrong with it. */
const PAUSE = 2_000;

export class Live {
  status: Status = 'connecting';
  /** There once the node has answered for the first time. */
  millrace: Millrace | undefined;
  race: Race | undefined;
  market: Market | undefined;
  ledger: Ledger | undefined;
  /** Once they are read. */
  models: Model[] | undefined;
  /** Whether the chain has more models than are read. */
  moreModels = false;
  /** The chain's and the node's names, for the foot of the page. */
  about: { chain: string; node: string; version: string } | undefined;
  /** Why the newest figures are missing, in a sentence. */
  fault: string | undefined;
  /** The first block that came after the connection, and when. */
  #first: { block: number; at: number } | undefined;
  #last: { block: number; at: number } | undefined;
  #silent: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #again = false;
  readonly #off = new AbortController();
  readonly #listeners = new Set<() => void>();

  constructor(readonly url: string) {
    this.#follow();
  }

  /** Calls this after each change; returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Seconds between blocks. */
  get blockTime(): number {
    const [first, last] = [this.#first, this.#last];
    if (!first || !last || last.block - first.block < PACE) return BLOCK_TIME;
    return (last.at - first.at) / (last.block - first.block) / 1_000;
  }

  /** Seconds since the newest block came, once they are too many. */
  get silence(): number | undefined {
    const seconds = this.#last ? (Date.now() - this.#last.at) / 1_000 : 0;
    return seconds >= SILENT * this.blockTime ? seconds : undefined;
  }

  model(name: string): Model | undefined {
    return this.models?.find(({ model }) => model === name);
  }

  stop(): void {
    this.#listeners.clear();
    this.#off.abort();
    clearTimeout(this.#silent);
    this.millrace?.close();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #fail(error: unknown): void {
    // A lost connection says itself, and comes back.
    if (this.status !== 'lost') this.fault = error instanceof Error ? error.message : String(error);
    this.#changed();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#off;
    try {
      this.millrace = await connect(this.url, {
        onStatus: (status) => this.#heard(status),
        timeout: Number.POSITIVE_INFINITY,
        signal,
      });
    } catch (error) {
      this.#fail(error);
      return;
    }
    while (!signal.aborted) {
      try {
        await this.#readAbout(this.millrace);
        for await (const race of this.millrace.watchRound({ signal })) {
          this.#clock(race.block);
          this.race = race;
          this.#refresh(this.millrace);
        }
      } catch (error) {
        if (!signal.aborted) this.#fail(error);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  #clock(block: number): void {
    const now = { block, at: Date.now() };
    // The first comes at any time after its block.
    if (this.#last && (!this.#first || block < this.#first.block)) this.#first = now;
    this.#last = now;
    this.#listen(SILENT * this.blockTime);
  }

  /** Looks after so many seconds whether a block came, and again with each block that should have. */
  #listen(seconds: number): void {
    clearTimeout(this.#silent);
    this.#silent = setTimeout(() => {
      this.#changed();
      this.#listen(this.blockTime);
    }, seconds * 1_000);
  }

  #heard(status: Status): void {
    this.status = status;
    this.#changed();
  }

  async #readAbout({ client }: Millrace): Promise<void> {
    const ask = (method: string) => client._request<string>(method, []);
    const [chain, node, version] = await Promise.all([ask('system_chain'), ask('system_name'), ask('system_version')]);
    this.about = { chain, node, version };
  }

  /** Reads what belongs to the newest race; blocks that come meanwhile are read together. */
  async #refresh(millrace: Millrace): Promise<void> {
    this.#changed();
    this.#again = this.#busy;
    if (this.#busy) return;
    this.#busy = true;
    const storage = new Storage(millrace);
    this.ledger ??= new Ledger(storage);
    try {
      do {
        this.#again = false;
        const race = this.race!;
        const { items, next } = await collect((cursor: Hash | null) => millrace.models({ cursor }), { most: MOST_MODELS });
        [this.models, this.moreModels] = [items, next !== null];
        for (const { model, sizes } of items) this.ledger.workOf.set(model, sizes.work);
        this.market = await readMarket(storage, race);
        this.#changed();
        await this.ledger.follow(race.block, () => this.#changed());
        this.fault = undefined;
        this.#changed();
      } while (this.#again);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#busy = false;
    }
  }
}
