// What breaks on the way from a script to the chain: the connection, time, what calls swallow, and calls at the same time.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect as dial, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { account, connect, digits, modelId, outcome, post, send, UNIT, watch } from '../client.js';
import { startNode, stopAll } from './node.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../models/digits');
const model = modelId(readFileSync(join(folder, 'digits.millrace')));
const [ALICE, BOB, DAVE] = ['//Alice', '//Bob', '//Dave'].map(account);

/** A proxy before a node, which can be cut and mended. */
async function startProxy(url) {
  const { hostname, port } = new URL(url);
  const sockets = new Set();
  let open = true;
  const server = createServer((outer) => {
    if (!open) return outer.destroy();
    const inner = dial(Number(port), hostname);
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ]) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const set = (state) => {
    open = state;
    if (!open) for (const socket of sockets) socket.destroy();
  };
  const stop = () => {
    set(false);
    server.close();
  };
  return { url: `ws://127.0.0.1:${server.address().port}`, cut: () => set(false), mend: () => set(true), stop };
}

/** Does something at the moment when a transaction is handed over. */
function whenSending(api, act) {
  const { provider } = api._rpcCore;
  provider.subscribe = (...request) => {
    delete provider.subscribe;
    const answer = provider.subscribe(...request);
    act();
    return answer;
  };
}

describe('a script', () => {
  let node;
  let api;
  let proxy;
  let shaky;
  const number = async () => (await api.query.system.number()).toNumber();
  const nonce = async ({ address }) => (await api.query.system.account(address)).nonce.toNumber();
  const remark = (on = api) => on.tx.system.remarkWithEvent('once');
  const impossible = () => api.tx.tasks.cancel(4_000_000_000);

  const connected = async () => {
    while (!shaky.isConnected) await sleep(100);
  };

  before(async () => {
    node = await startNode({ blockTime: 3_000 });
    api = node.api;
    proxy = await startProxy(node.url);
    shaky = await connect(proxy.url);
  });
  after(async () => {
    await shaky?.disconnect();
    proxy?.stop();
    await stopAll();
    node?.remove();
  });

  it('posts ten tasks of one account at the same time, each once', async () => {
    const { input } = digits(folder, 1);
    const before = await nonce(DAVE);
    const deadline = (await number()) + 100;
    const posts = Array.from({ length: 10 }, () => post(api, DAVE, { model, input, maxPrice: UNIT, deadline }));
    const tasks = (await Promise.all(posts)).map(({ task }) => task);
    assert.equal(new Set(tasks).size, 10);
    assert.equal(await nonce(DAVE), before + 10);
  });

  it('hears of an error inside a batch, sudo or a proxy', async () => {
    const calls = [remark(), impossible()];
    await send(api, api.tx.proxy.addProxy(ALICE.address, 'Any', 0), BOB);
    const inner = 'tasks.NotFound: No open task has this number.';
    for (const [call, message] of [
      [api.tx.utility.batch(calls), `utility.BatchInterrupted at call 1, counted from 0: ${inner}`],
      [api.tx.utility.forceBatch(calls), `utility.ItemFailed: ${inner}`],
      [api.tx.utility.batchAll(calls), inner],
      [api.tx.proxy.proxy(BOB.address, null, impossible()), `proxy.ProxyExecuted: ${inner}`],
    ]) {
      await assert.rejects(send(api, call, ALICE), { message });
    }
    // Root has no account to cancel for.
    await assert.rejects(send(api, api.tx.sudo.sudo(impossible()), ALICE), /^Error: sudo\.Sudid: .*badOrigin/i);
    await send(api, api.tx.utility.forceBatch([remark()]), ALICE);
    await send(api, api.tx.proxy.removeProxies(), BOB);
  });

  it('says what to do when its time is over', async () => {
    await assert.rejects(send(api, remark(), BOB, { timeout: 1 }), /into no block within 0\.001 s; nothing was sent/);
    whenSending(api, () => node.child.kill('SIGSTOP'));
    const late = send(api, remark(), BOB, { timeout: 5_000 });
    await assert.rejects(late, /into no block within 5 s; a block may take it in the next 64 blocks: look/);
    node.child.kill('SIGCONT');
    const never = watch(api, () => undefined, { timeout: 500 });
    await assert.rejects(never, /nothing came within 0\.5 s: wait longer/);
  });

  it('sends again what the pool looked up in a fork that had ended', async () => {
    const { provider } = api._rpcCore;
    // As a node answers that wakes up on a block that finality has left behind.
    let answers = 0;
    provider.subscribe = async () => {
      delete provider.subscribe;
      answers += 1;
      throw new Error(
        '1002: Verification Error: Runtime error: Api called for an unknown Block: State already discarded for 0x31',
      );
    };
    const before = await nonce(BOB);
    await send(api, remark(), BOB);
    assert.deepEqual([answers, await nonce(BOB)], [1, before + 1]);
  });

  it('ends when the connection is lost under a transaction, and can go on once it is back', async () => {
    whenSending(shaky, proxy.cut);
    await assert.rejects(send(shaky, remark(shaky), BOB), /the connection to the node was lost; a block may take it/);
    await assert.rejects(send(shaky, remark(shaky), BOB), /the connection to the node was lost; nothing was sent/);
    await assert.rejects(
      watch(shaky, () => undefined, { timeout: 500 }),
      /the connection to the node is lost, so look/,
    );
    proxy.mend();
    await connected();
    const { events } = await send(shaky, remark(shaky), BOB);
    assert.ok(events.some((event) => api.events.system.Remarked.is(event)));
  });

  it('follows a task through a connection that is cut', async () => {
    const { input } = digits(folder, 4);
    const start = await number();
    const { task } = await post(shaky, BOB, { model, input, maxPrice: UNIT, deadline: start + 100 });
    const following = outcome(shaky, task, { from: start });
    proxy.cut();
    await sleep(6_000);
    assert.equal(shaky.isConnected, false);
    proxy.mend();
    assert.equal((await following).kind, 'settled');
  });

  it('ends when the node goes', async () => {
    await connected();
    whenSending(shaky, () => node.child.kill('SIGKILL'));
    await assert.rejects(send(shaky, remark(shaky), BOB), /the connection to the node was lost; a block may take it/);
  });
});
