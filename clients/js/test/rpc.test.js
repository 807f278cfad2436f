// The node's own methods over a real socket: what they say of a task from quote to fate, what they say to nonsense, and what
// many and slow subscribers cost.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { WsProvider } from '@polkadot/api';

import { account, digits, modelId, outcome, post, UNIT } from '../client.js';
import { checkPrice, until } from './checks.js';
import { startNode, stopAll } from './node.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../models/digits');
const model = modelId(readFileSync(join(folder, 'digits.millrace')));
const MINER = account('//Charlie');
const SUBSCRIPTIONS = 1_000;
const CONNECTIONS = 20;
/** How long they are held; a minute for the figures in the documents. */
const HOLD = Number(process.env.HOLD_SECONDS ?? 10) * 1_000;
/** Looks at the memory, a second apart, of which the median counts. */
const LOOKS = 9;
const MOST_KIB = 32 * 1_024;

const mib = (kib) => `${(kib / 1_024).toFixed(1)} MiB`;

/** Memory of a node's own, KiB: what it shares with files, such as its program and its database, isn't in it. */
const heldKiB = ({ child }) => Number(readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/RssAnon:\s+(\d+)/)[1]);

/** Medians of what nodes hold, KiB. */
async function mediansKiB(nodes) {
  const samples = [];
  for (let look = 0; look < LOOKS; look += 1) {
    samples.push(nodes.map(heldKiB));
    await sleep(1_000);
  }
  return nodes.map((_, at) => samples.map((sample) => sample[at]).sort((a, b) => a - b)[LOOKS >> 1]);
}

async function connect({ url }) {
  const connection = new WsProvider(url, false);
  await connection.connect();
  await connection.isReady;
  return connection;
}

const subscribe = (connection, what, params, callback) =>
  connection.subscribe(`millrace_${what}Changed`, `millrace_subscribe${what === 'task' ? 'Task' : 'Race'}`, params, callback);

const ARGS = ['--rpc-max-connections', '200', '--no-claim'];

describe('the methods of a node', () => {
  let node;
  let provider;
  const call = (method, ...params) => provider.send(method, params);
  const refusal = (method, ...params) =>
    call(method, ...params).then(
      (answer) => assert.fail(`${method} answered ${JSON.stringify(answer)}`),
      (error) => error,
    );
  before(async () => {
    node = await startNode({ args: ARGS });
    provider = await connect(node);
  });
  after(async () => {
    await provider?.disconnect();
    await stopAll();
    node?.remove();
  });

  it('tells of a task from its quote to its fate', async () => {
    const requester = account('//Bob');
    const { input } = digits(folder, 8);
    // Before a block is final a signature holds for ever, and the chain needn't read a block's hash: it's cheaper than quoted.
    while ((await node.api.rpc.chain.getHeader(await node.api.rpc.chain.getFinalizedHead())).number.toNumber() < 1)
      await sleep(500);
    const { block } = await call('millrace_round');
    const deadline = block + 100;
    const quote = await call('millrace_quote', model, 8, deadline);
    assert.equal(quote.taker.kind, 'slot');
    assert.equal(quote.inputBytes, input.length);

    const { task, fee } = await post(node.api, requester, { model, input, maxPrice: UNIT, deadline });
    const seen = [];
    const ended = new Promise((resolve, reject) => {
      subscribe(provider, 'task', [Number(task)], (error, view) => {
        if (error) return reject(error);
        seen.push(view);
        if (view.kind === 'ended') resolve(view);
      }).catch(reject);
    });
    const result = await outcome(node.api, task, { from: block });
    const view = await ended;
    assert.equal(result.kind, 'settled');
    assert.equal(view.fate.end.kind, 'settled');
    assert.equal(BigInt(view.fate.end.paid), result.paid);
    assert.equal(BigInt(view.fate.end.burned), result.burned);
    assert.equal(BigInt(view.fate.end.fee), BigInt(quote.verificationFee));
    assert.equal(result.history.at(-1).price, BigInt(quote.taker.price));
    checkPrice(result);
    const rent = result.history.reduce((sum, step) => sum + (step.rent ?? 0n), 0n);
    assert.equal(BigInt(view.fate.end.rent), rent);
    // A nonce and a length take a byte more or less, at a millionth each.
    const off = BigInt(view.fate.end.posting) - fee;
    assert.ok(off >= -8_000_000n && off <= 8_000_000n, `posting cost ${fee}, and the bill has ${off} more`);
    assert.equal(view.output.length, 2 + 2 * quote.outputBytes);
    assert.ok(seen.slice(0, -1).every((earlier) => earlier.kind === 'open'));

    const mine = await call('millrace_tasks', requester.address, null, 1);
    assert.equal(mine.items[0].task, Number(task), 'the newest first');
    assert.equal(mine.items[0].fate.model, model);
    assert.deepEqual((await call('millrace_task', Number(task))).fate, view.fate);
  });

  it('tells of models, offers, the miner and the race', async () => {
    const models = await call('millrace_models');
    const digitsModel = models.items.find((each) => each.model === model);
    assert.ok(digitsModel.slots > 0 && digitsModel.mostSamples >= 64 && digitsModel.listed);
    const { items, next } = await call('millrace_offers', model, null, 1);
    assert.equal(items.length, 1);
    const rest = await call('millrace_offers', model, next);
    assert.ok(rest.items.every((offer) => BigInt(offer.ask) >= BigInt(items[0].ask)));
    const miner = await call('millrace_miner', MINER.address);
    assert.ok(miner.maySprint && miner.slots.length === digitsModel.slots);
    assert.deepEqual(
      miner.idle.filter(({ kind }) => kind !== 'noTasks' && kind !== 'slotsLeased'),
      [],
    );
    const { round, sprints } = await call('millrace_round');
    assert.ok(BigInt(round.emissionPerBlock) > 0n && sprints.some((listing) => listing.inTurn));
  });

  it('answers the stock @polkadot/api, which knows the metadata only', async () => {
    const { api } = node;
    const deadline = (await call('millrace_round')).block + 100;
    const quote = (await api.call.marketApi.quote(model, 8, deadline)).asOk;
    const said = await call('millrace_quote', model, 8, deadline);
    // Other fees move from block to block.
    assert.equal(quote.retentionFee.toBigInt(), BigInt(said.retentionFee));
    assert.equal(quote.deposit.toBigInt(), BigInt(said.deposit));
    const refused = (await api.call.marketApi.quote(model, 4_000_000, deadline)).asErr;
    assert.equal(refused.type, 'TooManySamples');
    assert.ok((await api.call.marketApi.miner(MINER.publicKey)).unwrap().leases.isSome);
    assert.equal((await api.call.marketApi.task(4_000_000_000)).isNone, true);
    for (const method of ['tasksOf', 'fate', 'offers', 'modelView']) assert.ok(api.call.marketApi[method], method);
    assert.match(api.tx.tasks.post.meta.docs.join('\n'), /# Errors/);
  });

  // Several rounds may have no won sprint, and so no share.
  it('pages what a miner can claim', { timeout: 900_000 }, async () => {
    while ((await call('millrace_unclaimed', MINER.address)).items.length < 3) await sleep(1_000);
    const { unclaimed, unclaimedNext } = await call('millrace_miner', MINER.address);
    assert.equal(unclaimedNext, null, 'it is fewer than a hundred');
    const first = await call('millrace_unclaimed', MINER.address, null, 1);
    assert.equal(first.items.length, 1);
    const rest = await call('millrace_unclaimed', MINER.address, first.next);
    // A round may have closed since.
    assert.deepEqual([...first.items, ...rest.items].slice(0, unclaimed.length), unclaimed);
    assert.deepEqual((await call('millrace_unclaimed', account('//Nobody').address)).items, []);
  });

  it('says what is wrong, with a code', async () => {
    const expected = [
      [-32602, 'millrace_quote', []],
      [-32602, 'millrace_quote', [model, 'many']],
      [-32602, 'millrace_tasks', ['Alice']],
      [-32602, 'millrace_models', [null, 101]],
      [-32602, 'millrace_unclaimed', [MINER.address, 'first']],
      [7001, 'millrace_task', [4_000_000_000]],
      [7002, 'millrace_offers', [`0x${'00'.repeat(32)}`]],
      [7003, 'millrace_miner', [account('//Nobody').address]],
      [7004, 'millrace_quote', [model, 4_000_000]],
      [7004, 'millrace_quote', [model, 1, 1]],
    ];
    for (const [code, method, params] of expected) {
      const error = await refusal(method, ...params);
      assert.equal(error.code, code, `${method} ${JSON.stringify(params)}: ${error.message}`);
    }
    const url = node.url.replace('ws', 'http');
    const send = async (body) => {
      const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      return JSON.parse(await answer.text());
    };
    assert.equal((await send('{"jsonrpc":"2.0","id":1,"meth')).error.code, -32700);
    const unknown = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'millrace_nothing', params: [] });
    assert.equal((await send(unknown)).error.code, -32601);
    const nested = '['.repeat(100_000);
    assert.ok((await send(`{"jsonrpc":"2.0","id":1,"method":"millrace_task","params":${nested}`)).error);
    assert.ok((await call('millrace_round')).block > 0, 'and it goes on answering');
  });

  it('is not held up by a reader that never reads', { timeout: 300_000 }, async () => {
    const { hostname, port } = new URL(node.url);
    const socket = createConnection({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    socket.write(
      `GET / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    await once(socket, 'data');
    socket.pause();
    // One frame for each of so many subscriptions, masked with zeros; what comes back is never read.
    for (let id = 0; id < 200; id += 1) {
      const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method: 'millrace_subscribeRace', params: [] }));
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]));
    }
    const start = (await call('millrace_round')).block;
    // Time in which all that the node can hold for the reader fills up.
    await sleep(8_000);
    await until('blocks go on, and so do answers', async () => (await call('millrace_round')).block >= start + 4, 240_000);
    socket.destroy();
  });
});

describe('a node that many follow', () => {
  /** The second has one subscription, for which it does the same in each block. */
  const followers = [SUBSCRIPTIONS, 1];
  let nodes;
  before(async () => {
    // What their allocator holds back to use again would hide what subscriptions take: tens of MiB, until it is given back.
    const env = { _RJEM_MALLOC_CONF: 'dirty_decay_ms:0,muzzy_decay_ms:0' };
    nodes = await Promise.all(followers.map(() => startNode({ args: [...ARGS, '--no-mine'], env })));
  });
  after(async () => {
    await stopAll();
    for (const node of nodes ?? []) node.remove();
  });

  it(`serves ${SUBSCRIPTIONS} subscriptions`, { timeout: HOLD + 240_000 }, async (test) => {
    const connections = await Promise.all(
      nodes.map((node, at) => Promise.all(Array.from({ length: Math.min(followers[at], CONNECTIONS) }, () => connect(node)))),
    );
    const counts = followers.map((many) => new Array(many).fill(0));
    await Promise.all(
      counts.flatMap((seen, at) =>
        seen.map((_, index) =>
          subscribe(connections[at][index % connections[at].length], 'race', [], () => {
            seen[index] += 1;
          }),
        ),
      ),
    );
    await sleep(HOLD - LOOKS * 1_000);
    const [many, one] = await mediansKiB(nodes);
    const some = HOLD / 1_000 / 2;
    await until(`each has ${some} messages`, () => Math.min(...counts.flat()) >= some, 180_000);
    await Promise.all(connections.flat().map((connection) => connection.disconnect()));
    const words = `${mib(many - one)}: a node held ${mib(many)} with them, and ${mib(one)} with one`;
    test.diagnostic(`${SUBSCRIPTIONS} subscriptions for ${HOLD / 1_000} s took ${words}`);
    assert.ok(many - one < MOST_KIB, `they took ${words}`);
  });
});
