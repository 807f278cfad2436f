// Lists that are longer than a page, from a node that has nothing else to say.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';

import { WebSocket, WebSocketServer } from 'ws';

import { Connection } from '../src/connection.js';
import { collect, Millrace } from '../src/index.js';

const MINER = '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y';
const ROUNDS = 5;
const share = (round: number) => ({ round, amount: String(10 ** round), voidFrom: round + 100 });
/** Shares of rounds from 1 on, so many at once. */
function page(cursor: number | null, count: number) {
  const first = cursor ?? 1;
  const items = Array.from({ length: Math.min(count, ROUNDS - first + 1) }, (_, at) => share(first + at));
  const next = first + items.length;
  return { items, next: items.length === count ? next : null };
}

/** What was asked for, in its order. */
const asked: unknown[][] = [];
function answer(method: string, params: unknown[]): unknown {
  // Or polkadot-api would ask for nothing else.
  if (method === 'rpc_methods') return { methods: ['chainHead_v1_follow'] };
  if (method.startsWith('millrace_')) asked.push([method, ...params]);
  if (method === 'millrace_unclaimed') return page(params[1] as number | null, (params[2] as number | undefined) ?? 2);
  const { items, next } = page(null, 2);
  return { miner: MINER, unclaimed: items, unclaimedNext: next };
}

describe('a list of several pages', () => {
  let server: WebSocketServer;
  let millrace: Millrace;
  before(async () => {
    server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket) =>
      socket.on('message', (data) => {
        const { id, method, params } = JSON.parse(String(data)) as { id: unknown; method: string; params: unknown[] };
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: answer(method, params) }));
      }),
    );
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    millrace = new Millrace(new Connection(url, { webSocket: WebSocket as unknown as typeof globalThis.WebSocket }));
  });
  after(() => {
    millrace.close();
    server.close();
  });

  const all = [1, 2, 3, 4, 5];
  const rounds = (items: Array<{ round: number }>) => items.map(({ round }) => round);

  it('is read to its end', async () => {
    asked.length = 0;
    const { items, next } = await collect((cursor: number | null) => millrace.unclaimed(MINER, { cursor, count: 1 }));
    assert.deepEqual([rounds(items), next], [all, null]);
    assert.equal(items[4]?.amount, 100_000n);
    const cursors = [null, 2, 3, 4, 5, 6];
    assert.deepEqual(
      asked,
      cursors.map((cursor) => ['millrace_unclaimed', MINER, cursor, 1]),
    );
  });

  it('is read as far as it is wanted, and says that there is more', async () => {
    const read = (cursor: number | null) => millrace.unclaimed(MINER, { cursor, count: 2 });
    const { items, next } = await collect(read, { most: 3 });
    assert.deepEqual([rounds(items), next], [all.slice(0, 4), 5]);
    assert.deepEqual(rounds((await collect(read, { from: next })).items), [5]);
  });

  it('is whole in what a miner can claim', async () => {
    asked.length = 0;
    const { unclaimed, unclaimedNext } = await millrace.miner(MINER);
    assert.deepEqual([rounds(unclaimed), unclaimedNext], [all, null]);
    assert.deepEqual(asked, [
      ['millrace_miner', MINER],
      ['millrace_unclaimed', MINER, 3],
      ['millrace_unclaimed', MINER, 5],
    ]);
  });
});
