// A connection to a node: requests that survive its loss, the best blocks as they come, and the metadata.

import { decAnyMetadata, unifyMetadata } from '@polkadot-api/substrate-bindings';
import { getDynamicBuilder, getLookupFn } from '@polkadot-api/metadata-builders';
import { createClient, type PolkadotClient } from 'polkadot-api';
import { fromHex, toHex } from 'polkadot-api/utils';
import { getWsProvider, type StatusChange } from 'polkadot-api/ws';

import { type Deadline, type Wait, within } from './deadline.js';
import { fromRpc, isRpcFailure, MillraceError } from './errors.js';
import type { Hash } from './views.js';

export type Status = 'connecting' | 'connected' | 'lost';

export interface ConnectOptions extends Wait {
  /** Hears of the connection as it comes and goes; it comes back by itself. */
  onStatus?: (status: Status) => void;
  /** The class that opens sockets, for a JavaScript without one of its own: that of the package `ws`. */
  webSocket?: typeof WebSocket;
}

/** One answer may take so long before the question is asked again, in case the connection swallowed it. */
const PATIENCE = 15_000;
/** Before the next try on a connection that is lost. */
const PAUSE = 300;
/** A node that is silent for so long is taken for lost. */
const HEARTBEAT = 40_000;
/** Blocks come as they are made; this is for those whose news a lost connection swallowed. */
const LONGEST_BLOCK = 2_000;
/** The newest metadata that we ask for, and the one before, which each runtime of this SDK has, too. */
const METADATA_VERSIONS = [16, 15];

export type Chain = Awaited<ReturnType<Connection['chainAt']>>;

export class Connection {
  readonly url: string;
  readonly client: PolkadotClient;
  readonly #chains = new Map<number, Promise<ReturnType<typeof readMetadata>>>();
  #closed = false;

  constructor(url: string, options: ConnectOptions) {
    const websocketClass = options.webSocket ?? globalThis.WebSocket;
    if (!websocketClass) {
      throw new MillraceError(
        'NoNode',
        'This JavaScript has no WebSocket',
        "Use Node 22 or newer, or give connect() the class of the package 'ws' as webSocket.",
      );
    }
    let last: Status | undefined;
    const onStatusChanged = ({ type }: StatusChange) => {
      const status = type === 'CONNECTED' ? 'connected' : type === 'CONNECTING' && !last ? 'connecting' : 'lost';
      if (status !== last && !this.#closed) options.onStatus?.(status);
      last = status;
    };
    this.url = url;
    this.client = createClient(getWsProvider(url, { websocketClass, heartbeatTimeout: HEARTBEAT, onStatusChanged }));
  }

  /** Asks the node; again after a lost connection, of which `onLost` hears. So only what may be asked twice. */
  async request<T>(method: string, params: unknown[], deadline: Deadline, onLost?: () => void): Promise<T> {
    for (;;) {
      deadline.check();
      if (this.#closed) throw new MillraceError('NoNode', 'The connection was closed', 'Connect again.');
      let timer: ReturnType<typeof setTimeout> | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('no answer')), PATIENCE);
      });
      try {
        return await deadline.race(Promise.race([this.client._request<T>(method, params), silence]));
      } catch (error) {
        if (error instanceof MillraceError) throw error;
        if (isRpcFailure(error)) throw fromRpc(error);
      } finally {
        clearTimeout(timer);
      }
      onLost?.();
      await deadline.sleep(PAUSE);
    }
  }

  /** Waits for a new best block; after a lost connection for no longer than a block may take. */
  async nextBlock(deadline: Deadline): Promise<void> {
    let first = true;
    let subscription: { unsubscribe(): void } | undefined;
    const news = new Promise<void>((resolve) => {
      subscription = this.client.bestBlocks$.subscribe({
        next: () => {
          // The first is the one that we know.
          if (!first) resolve();
          first = false;
        },
        // The timer goes on.
        error: () => undefined,
      });
    });
    try {
      await Promise.race([news, deadline.sleep(LONGEST_BLOCK)]);
    } finally {
      subscription?.unsubscribe();
    }
  }

  /** Number and hash of the newest finalized block. */
  async finalized(deadline: Deadline): Promise<{ number: number; hash: Hash }> {
    const hash = await this.request<Hash>('chain_getFinalizedHead', [], deadline);
    const header = await this.request<{ number: Hash }>('chain_getHeader', [hash], deadline);
    return { hash, number: Number(header.number) };
  }

  /** What a function of the runtime answers on top of the best block. */
  async runtime<T>(api: string, method: string, args: unknown[], deadline: Deadline): Promise<T> {
    const block = await this.request<Hash>('chain_getBlockHash', [], deadline);
    const { builder } = await this.chainAt(block, deadline);
    const call = builder.buildRuntimeCall(api, method);
    const params = [`${api}_${method}`, toHex(call.args.enc(args)), block];
    return call.value.dec(await this.request<Hash>('state_call', params, deadline)) as T;
  }

  /** What the metadata of a block's runtime says. */
  async chainAt(block: Hash, deadline: Deadline) {
    const { specVersion } = await this.request<{ specVersion: number }>('state_getRuntimeVersion', [block], deadline);
    const known = this.#chains.get(specVersion) ?? this.#readChain(block, deadline);
    this.#chains.set(specVersion, known);
    return known.catch((error: unknown) => {
      this.#chains.delete(specVersion);
      throw error;
    });
  }

  async #readChain(block: Hash, deadline: Deadline) {
    for (const version of METADATA_VERSIONS) {
      const number = `0x${version.toString(16).padStart(2, '0')}000000`;
      const params = ['Metadata_metadata_at_version', number, block];
      const answer = fromHex(await this.request<Hash>('state_call', params, deadline));
      // An option of bytes: decAnyMetadata takes it as it is.
      if (answer[0] === 1) return readMetadata(answer);
    }
    throw new MillraceError('Runtime', 'The chain describes itself in no way that we can read', 'Update this package.');
  }

  close(): void {
    this.#closed = true;
    this.client.destroy();
  }
}

function readMetadata(bytes: Uint8Array) {
  const metadata = unifyMetadata(decAnyMetadata(bytes));
  const lookup = getLookupFn(metadata);
  return { metadata, lookup, builder: getDynamicBuilder(lookup) };
}

/** Connects to a node and waits until it answers. */
export async function open(url: string, options: ConnectOptions): Promise<Connection> {
  if (!/^wss?:\/\/./.test(url)) {
    throw new MillraceError('BadArguments', `'${url}' is no address of a node`, 'Give one such as ws://127.0.0.1:9944.');
  }
  const connection = new Connection(url, options);
  try {
    await within(
      options,
      30_000,
      `Connecting to ${url}`,
      'Is a node running there? `make dev` starts one, and --rpc-port sets its port.',
      async (deadline) => {
        await connection.request('chain_getHeader', [], deadline);
        // polkadot-api follows the chain from here on; closed any earlier, it would try again and throw from a timer.
        await deadline.race(connection.client.getFinalizedBlock());
      },
    );
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
