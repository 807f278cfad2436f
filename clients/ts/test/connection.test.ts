// Waits over a real node: a connection that is cut, a pool that forgets, a fork, time that runs out, and what batches swallow.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { WebSocket } from 'ws';

import type { Call } from '../src/calls.js';
import { Connection } from '../src/connection.js';
import type { Deadline } from '../src/deadline.js';
import { fromRpc } from '../src/errors.js';
import { devAccount, type Hash, type Millrace, modelId, type Progress, UNIT } from '../src/index.js';
import { send } from '../src/send.js';
import { client, encoding, failure, heldout, type Node, SAMPLE, startNode, startProxy, TOO_LITTLE } from './node.js';
import { SHAPES, shapesIn } from './shapes.js';

const model = modelId(encoding);
const input = heldout.subarray(0, SAMPLE);
const dave = devAccount('//Dave');
const alice = devAccount('//Alice');
/** Milliseconds for a test, on a machine that has much else to do. */
const PATIENCE = 300_000;
const webSocket = WebSocket as unknown as typeof globalThis.WebSocket;

/** A node whose best chain is, while `forked`, one of which no block holds anything. */
class Forked extends Connection {
  forked = false;
  /** Blocks of the fork that were looked at. */
  looked = 0;
  /** What it says is finalized. */
  held: Hash | undefined;

  override async request<T>(method: string, params: unknown[], deadline: Deadline, onLost?: () => void): Promise<T> {
    if (method === 'chain_getFinalizedHead' && this.held) return this.held as T;
    const hash = String(params[0] ?? '');
    if (method === 'chain_getBlock' && /^0xfo/.test(hash)) {
      this.looked += 1;
      const block = await super.request<{ block: { header: object; extrinsics: Hash[] } }>(
        method,
        [hash.replace('0xfo', '0x')],
        deadline,
      );
      return { block: { header: { ...block.block.header, parentHash: this.held }, extrinsics: [] } } as T;
    }
    const answer = await super.request<T>(method, params, deadline, onLost);
    if (method === 'chain_getBlockHash' && params.length === 0 && this.forked) return String(answer).replace('0x', '0xfo') as T;
    return answer;
  }
}

/** A node whose pool still looks at a block that finality has left behind when it gets its first transaction. */
class Behind extends Connection {
  answers = 0;

  override async request<T>(method: string, params: unknown[], deadline: Deadline, onLost?: () => void): Promise<T> {
    if (method === 'author_submitExtrinsic' && this.answers === 0) {
      this.answers += 1;
      const why = 'Api called for an unknown Block: State already discarded for 0x31';
      throw fromRpc({ code: 1002, message: `Verification Error: Runtime error: ${why}` });
    }
    return super.request<T>(method, params, deadline, onLost);
  }
}

describe('a wait', () => {
  let node: Node;
  let millrace: Millrace;
  /** polkadot-api's calls, which have no types here. */
  let tx: Record<string, Record<string, (args: unknown) => Call>>;
  const remark = () => tx.System?.remark_with_event?.({ remark: new Uint8Array([1, 1]) }) as Call;
  const impossible = () => tx.Tasks?.cancel?.({ task: 4_000_000_000n }) as Call;
  const call = (pallet: string, name: string, args: unknown) => tx[pallet]?.[name]?.(args) as Call;
  const posted = async () => (await millrace.tasks(dave.address, { count: 100 })).items.map(({ task }) => task);

  before(async () => {
    node = await startNode({ blockTime: 4000 });
    millrace = await client(node.url);
    tx = millrace.api.tx as unknown as typeof tx;
  });
  after(async () => {
    millrace?.close();
    await node?.stop();
  });

  it('has calls with the arguments that the metadata have, and of their types', { timeout: PATIENCE }, async () => {
    const { hash } = await millrace.client.getFinalizedBlock();
    const shapes = shapesIn(await millrace.client.getMetadata(hash));
    for (const [pallet, calls] of Object.entries(SHAPES))
      for (const [name, args] of Object.entries(calls)) assert.deepEqual(shapes(pallet, name), args, `${pallet}.${name}`);
  });

  it('has view functions that polkadot-api finds in the metadata', { timeout: PATIENCE }, async () => {
    const view = millrace.api.view as unknown as Record<string, Record<string, (...args: unknown[]) => Promise<unknown>>>;
    const ask = (pallet: string, name: string, ...args: unknown[]) => view[pallet]?.[name]?.(...args);
    const { number } = await millrace.client.getFinalizedBlock();
    const quote = (await ask('Tasks', 'quote', model, 8, number + 100)) as {
      success: boolean;
      value: { deposit: bigint };
    };
    assert.ok(quote.success);
    assert.equal(quote.value.deposit, (await millrace.quote(model, 8, { deadline: number + 100 })).deposit);
    const views: Array<[string, string, ...unknown[]]> = [
      ['Tasks', 'market'],
      ['Tasks', 'prices'],
      ['Models', 'model', model],
      ['Models', 'models', undefined, 10],
      ['Rewards', 'round'],
      ['Sprints', 'sprints'],
      ['Sprints', 'sprint_share'],
      ['Collators', 'candidacy_deposit'],
    ];
    for (const [pallet, name, ...args] of views)
      assert.notEqual(await ask(pallet, name, ...args), undefined, `${pallet}.${name}`);
    assert.equal(await ask('Tasks', 'fate', 4_000_000_000n), undefined);
    assert.deepEqual(await ask('Tasks', 'leases', dave.address), []);
    const miner = (await ask('Miners', 'miner', devAccount('//Charlie').address)) as { leases: unknown };
    assert.equal(miner.leases, undefined, 'its pallet knows of none');
  });

  it('outlives a connection that is cut, and posts once', { timeout: PATIENCE }, async () => {
    const proxy = await startProxy(node.url);
    const heard: string[] = [];
    const shaky = await client(proxy.url, { onStatus: (status) => heard.push(status) });
    try {
      const before = await posted();
      const cut = async (progress: Progress) => {
        if (progress.kind !== 'signed') return;
        // The signature is on its way then, and the pool's answer isn't back.
        await sleep(5);
        proxy.cut();
        await sleep(3_000);
        proxy.mend();
      };
      const { task } = await shaky.post({ model, input, maxPrice: UNIT }, dave, {
        onProgress: (step) => void cut(step),
        timeout: PATIENCE,
      });
      assert.deepEqual(await posted(), [task, ...before]);
      assert.ok(heard.includes('lost') && heard.at(-1) === 'connected', heard.join());

      let cuts = 0;
      for await (const view of shaky.watch(task, { timeout: PATIENCE })) {
        if (cuts === 0) {
          cuts += 1;
          proxy.cut();
          setTimeout(proxy.mend, 2_000);
        }
        if (view.kind === 'ended' && view.final) assert.equal(view.fate.end.kind, 'settled');
      }
      assert.deepEqual(await posted(), [task, ...before]);
    } finally {
      shaky.close();
      proxy.stop();
    }
  });

  it('outlives a pool that drops the transaction, and posts once', { timeout: PATIENCE }, async () => {
    const before = await posted();
    const hashes: Hash[] = [];
    const drop = async (progress: Progress) => {
      if (progress.kind === 'signed') hashes.push(progress.hash);
      // The pool bans what it is told to remove, so the same bytes don't get in again.
      if (progress.kind === 'sent') await millrace.client._request('author_removeExtrinsic', [[{ hash: progress.hash }]]);
    };
    const options = { onProgress: (step: Progress) => void drop(step), timeout: PATIENCE };
    const { task, hash } = await millrace.post({ model, input, maxPrice: UNIT }, dave, options);
    assert.deepEqual(await posted(), [task, ...before]);
    assert.equal(hash, hashes.at(-1));
    await sleep(5_000);
    assert.deepEqual(await posted(), [task, ...before]);
  });

  it('outlives a pool that looks at a fork that has ended', { timeout: PATIENCE }, async () => {
    const connection = new Behind(node.url, { webSocket });
    try {
      const { block } = await send(connection, remark(), dave.signer, { timeout: PATIENCE });
      assert.ok(block > 0 && connection.answers === 1);
    } finally {
      connection.close();
    }
  });

  it('outlives a fork that lacks the transaction', { timeout: PATIENCE }, async () => {
    const connection = new Forked(node.url, { webSocket });
    try {
      connection.held = await connection.client._request<Hash>('chain_getFinalizedHead', []);
      let found = 0;
      const onProgress = (step: Progress) => {
        if (step.kind !== 'included') return;
        found += 1;
        if (found > 1) return;
        connection.forked = true;
        setTimeout(() => {
          connection.forked = false;
          connection.held = undefined;
        }, 9_000);
      };
      const { block } = await send(connection, remark(), dave.signer, { onProgress, timeout: PATIENCE });
      assert.ok(!connection.forked, 'it was not taken for final while it was on a fork');
      assert.ok(block > 0 && found > 0 && connection.looked > 0);
    } finally {
      connection.close();
    }
  });

  it('ends when its time is over, or when it is called off', { timeout: PATIENCE }, async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    assert.equal((await failure(client(`ws://127.0.0.1:${port}`, { timeout: 1_000 }))).code, 'Timeout');
    silent.close();
    assert.equal((await failure(client('http://127.0.0.1'))).code, 'BadArguments');

    const late = await failure(millrace.send(remark(), dave, { timeout: 1 }));
    assert.equal(late.code, 'Timeout');
    assert.match(late.remedy, /64 blocks/);
    const { task } = await millrace.post({ model, input: heldout, maxPrice: TOO_LITTLE }, dave);
    assert.equal((await failure(millrace.outcome(task, { timeout: 1_500 }))).code, 'Timeout');
    assert.equal((await failure(millrace.outcome(task, { signal: AbortSignal.timeout(1_500) }))).code, 'Aborted');
    assert.equal((await failure(millrace.task(task, { signal: AbortSignal.abort() }))).code, 'Aborted');
    const race = millrace.watchRound({ timeout: 1 });
    assert.equal((await failure(race.next().then(() => race.next()))).code, 'Timeout');
    await millrace.cancel(task, dave);
  });

  it('says how many posts fit a block, and posts as many', { timeout: PATIENCE }, async () => {
    const large = new Uint8Array(512 * 1024);
    const { number } = await millrace.client.getFinalizedBlock();
    const posting = { model, input: large, max_price: TOO_LITTLE, deadline: number + 100, input_hash: undefined };
    const post = () => call('Tasks', 'post', posting).decodedCall;
    const posts = (count: number) => call('Utility', 'batch_all', { calls: Array.from({ length: count }, post) });
    const refused = await failure(millrace.send(posts(8), alice));
    assert.equal(refused.code, 'TooLarge');
    assert.match(refused.remedy, /^A block takes 7 of such calls of 5243\d\d bytes: send no more at once\.$/);
    // The chain finds nothing wrong with their length. It may refuse what such a batch holds.
    const seven = await millrace.send(posts(7), alice).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    );
    assert.ok(seven === undefined || seven.startsWith('Tasks.'), seven);
  });

  it('tells of an error inside a batch, sudo or a proxy', { timeout: PATIENCE }, async () => {
    const calls = [remark().decodedCall, impossible().decodedCall];
    await millrace.send(
      call('Proxy', 'add_proxy', { delegate: { type: 'Id', value: alice.address }, proxy_type: { type: 'Any' }, delay: 0 }),
      dave,
    );
    const proxied = { real: { type: 'Id', value: dave.address }, force_proxy_type: undefined, call: impossible().decodedCall };
    const swallowed: Array<[string, Call]> = [
      ['Utility.BatchInterrupted at call 1', call('Utility', 'batch', { calls })],
      ['Utility.ItemFailed', call('Utility', 'force_batch', { calls })],
      ['No open task', call('Utility', 'batch_all', { calls })],
      ['Proxy.ProxyExecuted', call('Proxy', 'proxy', proxied)],
    ];
    for (const [begin, transaction] of swallowed) {
      const error = await failure(millrace.send(transaction, alice));
      assert.equal(error.code, 'Tasks.NotFound');
      assert.ok(error.sentence.startsWith(begin), error.sentence);
      assert.match(error.sentence, /No open task has this number\.$/);
      assert.equal(error.remedy, 'The task is settled or refunded already.');
    }
    // Root has no account to cancel for.
    const sudo = await failure(millrace.send(call('Sudo', 'sudo', { call: impossible().decodedCall }), alice));
    assert.equal(sudo.code, 'BadOrigin');
    assert.match(sudo.sentence, /^Sudo\.Sudid: /);
    // Its pallet's calls have no word on it.
    const notRoot = await failure(millrace.send(call('Sudo', 'sudo', { call: impossible().decodedCall }), dave));
    assert.deepEqual([notRoot.code, notRoot.remedy], ['Sudo.RequireSudo', "Look the error up in the chain's documentation."]);
    const all = { dest: { type: 'Id', value: dave.address }, value: 10n ** 30n };
    const poor = await failure(millrace.send(call('Balances', 'transfer_allow_death', all), alice));
    assert.deepEqual([poor.code, poor.remedy], ['Arithmetic.Underflow', 'Top the account up.']);
    await millrace.send(call('Utility', 'batch', { calls: [remark().decodedCall] }), alice);
    await millrace.send(call('Proxy', 'remove_proxies', {}), dave);
  });
});
