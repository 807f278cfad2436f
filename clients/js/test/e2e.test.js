// The whole system from outside: the real node, the real engine, a client that knows only the metadata.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { account, digits, integers, modelId, outcome, post, register, send, UNIT, watch } from '../client.js';
import { submitTrace } from '../miner.js';
import { largeInput, largeModel } from './large.js';
import { basePath, startNode, stopAll } from './node.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../models/digits');
const encoding = readFileSync(join(folder, 'digits.millrace'));
const reference = [...readFileSync(join(folder, 'heldout-predictions.bin'))];
const MINER = account('//Charlie');

const number = async (api) => (await api.query.system.number()).toNumber();
const balance = async (api, who) => {
  const { free, reserved } = (await api.query.system.account(who.address)).data;
  return { free: free.toBigInt(), total: free.toBigInt() + reserved.toBigInt() };
};
const at = async (api, block) => api.at(await api.rpc.chain.getBlockHash(block));

describe('a development node that mines', () => {
  let node;
  let api;
  before(async () => {
    node = await startNode();
    api = node.api;
  });
  after(async () => {
    await stopAll();
    node?.remove();
  });

  it('executes 64 digits exactly and conserves every planck', async () => {
    const requester = account('//Bob');
    const { model, registered } = await register(api, requester, encoding);
    assert.equal(registered, false, 'the demo model is in the genesis');
    const { input } = digits(folder, 64);
    const start = await number(api);
    const mine = await balance(api, requester);
    const task = await post(api, requester, { model, input, maxPrice: UNIT, deadline: start + 100 });
    const result = await outcome(api, task.task, { from: start });
    assert.equal(result.kind, 'settled');
    assert.deepEqual(integers(result.output), reference.slice(0, 64), "the output is the reference's");
    assert.equal(result.miner, api.registry.createType('AccountId', MINER.publicKey).toString());
    assert.equal(result.paid + result.burned, result.history.at(-1).price);
    assert.equal(result.burned, (result.paid + result.burned + 19n) / 20n, 'five per cent are burned, rounded up');
    const now = await balance(api, requester);
    assert.equal(now.total, mine.total - task.fee - result.paid - result.burned - result.fee);
    assert.equal(now.free, now.total, 'nothing stays on hold');
    const earlier = await balance(await at(api, result.block - 1), MINER);
    const later = await balance(await at(api, result.block), MINER);
    assert.equal(later.total - earlier.total, result.paid);
  });

  it('refunds a task that nobody serves in full', async () => {
    const requester = account('//Eve');
    const start = await number(api);
    const mine = await balance(api, requester);
    const { input } = digits(folder, 64);
    const task = await post(api, requester, { model: modelId(encoding), input, maxPrice: 1_000_000n, deadline: start + 5 });
    const result = await outcome(api, task.task, { from: start });
    assert.equal(result.kind, 'refunded');
    const now = await balance(api, requester);
    assert.equal(now.free, mine.free - task.fee);
  });

  it('credits sprints, closes rounds and pays claims', async () => {
    const round = await watch(api, (event) => {
      if (!api.events.rewards.RoundClosed.is(event)) return undefined;
      return event.data.emission.toBigInt() > 0n ? event.data.round.toNumber() : undefined;
    });
    const mine = await balance(api, MINER);
    const { events } = await send(api, api.tx.rewards.claim(round, MINER.address), account('//Bob'));
    const claimed = events.find((event) => api.events.rewards.Claimed.is(event));
    assert.ok(claimed.data.amount.toBigInt() > 0n);
    assert.ok((await balance(api, MINER)).total >= mine.total + claimed.data.amount.toBigInt());
  });

  it('refuses bad input by name', async () => {
    const requester = account('//Dave');
    const model = modelId(encoding);
    const deadline = (await number(api)) + 50;
    const attempt = (input, maxPrice = UNIT, of = model, until = deadline) =>
      post(api, requester, { model: of, input, maxPrice, deadline: until });
    await assert.rejects(attempt(new Uint8Array(63)), /tasks\.InputLength/);
    await assert.rejects(attempt(new Uint8Array(64), 0n), /tasks\.PriceTooLow/);
    await assert.rejects(attempt(new Uint8Array(64), UNIT, `0x${'11'.repeat(32)}`), /tasks\.UnknownModel/);
    await assert.rejects(attempt(new Uint8Array(64), UNIT, model, 1), /tasks\.InvalidDeadline/);
    await assert.rejects(send(api, api.tx.models.register('0x0102'), requester), /models\.Undecodable/);
  });

  it('settles a task of maximum size', async () => {
    // An input of 512 KiB and a trace of at most 3 MiB; the arg max keeps the output small.
    const samples = 2048;
    const large = largeModel();
    const requester = account('//Bob');
    const { model } = await register(api, requester, large);
    await send(api, api.tx.miners.offer(50_000_000n, [1_000_000_000, 1_000_000_000], [modelId(encoding), model]), MINER);
    await watch(api, (event) => api.events.miners.OfferInForce.is(event) || undefined);
    const start = await number(api);
    const task = await post(api, requester, { model, input: largeInput(samples), maxPrice: UNIT, deadline: start + 100 });
    const result = await outcome(api, task.task, { from: start });
    assert.equal(result.kind, 'settled');
    assert.equal(result.output.length, samples * 4);
    // One sample more could not be submitted.
    await assert.rejects(
      post(api, requester, { model, input: largeInput(samples + 1), maxPrice: UNIT, deadline: start + 100 }),
      /tasks\.(InputTooLong|SubmissionTooLarge)/,
    );
  });

  it('takes submissions before a pool full of other transactions', async () => {
    const spammer = account('//Alice');
    const remark = `0x${'00'.repeat(200_000)}`;
    const first = (await api.rpc.system.accountNextIndex(spammer.address)).toNumber();
    const start = await number(api);
    const { input } = digits(folder, 64);
    const task = await post(api, account('//Bob'), { model: modelId(encoding), input, maxPrice: UNIT, deadline: start + 100 });
    for (let i = 0; i < 60; i += 1) {
      await api.tx.system.remark(remark).signAndSend(spammer, { nonce: first + i, era: 0 });
    }
    const result = await outcome(api, task.task, { from: start });
    assert.equal(result.kind, 'settled');
    const { block } = await api.rpc.chain.getBlock(await api.rpc.chain.getBlockHash(result.block));
    const calls = block.extrinsics.map(({ method }) => `${method.section}.${method.method}`);
    const submission = calls.indexOf('tasks.submit');
    const other = calls.findIndex((call) => call === 'system.remark');
    assert.ok(submission >= 0 && (other < 0 || submission < other), calls.join(' '));
  });
});

describe('a node killed while a task is leased', () => {
  after(stopAll);

  it('settles the task after a restart on the same base path', async () => {
    const base = basePath();
    const idle = await startNode({ base, args: ['--no-mine'] });
    const requester = account('//Bob');
    const { input } = digits(folder, 64);
    const start = await number(idle.api);
    const task = await post(idle.api, requester, { model: modelId(encoding), input, maxPrice: UNIT, deadline: start + 500 });
    await watch(idle.api, (event) => idle.api.events.tasks.TaskLeased.is(event) || undefined, { from: start });
    await idle.stop('SIGKILL');

    const mining = await startNode({ base });
    const result = await outcome(mining.api, task.task, { from: start });
    assert.equal(result.kind, 'settled');
    assert.deepEqual(integers(result.output), reference.slice(0, 64));
    await mining.stop();
    mining.remove();
  });
});

const until = async (condition, what, milliseconds = 60_000) => {
  const end = Date.now() + milliseconds;
  while (!condition()) {
    assert.ok(Date.now() < end, `${what} didn't happen in ${milliseconds} ms`);
    await sleep(50);
  }
};

describe('a node killed after it executed a task', () => {
  after(stopAll);

  it('submits the trace after the restart and computes nothing again', async () => {
    const base = basePath();
    const slow = await startNode({ base, blockTime: 8000 });
    const { input } = digits(folder, 64);
    const start = await number(slow.api);
    const { task } = await post(slow.api, account('//Bob'), { model: modelId(encoding), input, maxPrice: UNIT, deadline: start + 500 });
    await until(() => slow.log().includes(`executed task ${task}:`), 'the execution');
    // A finished trace is safe after a second; the block that could settle it is further away.
    await sleep(1500);
    await slow.stop('SIGKILL');
    assert.ok(!slow.log().includes('TaskSettled'));

    const mining = await startNode({ base });
    const result = await outcome(mining.api, task, { from: start });
    assert.equal(result.kind, 'settled');
    assert.equal(mining.log().split(`executed task ${task}:`).length - 1, 1, 'executed once in both lives');
    await mining.stop();
    mining.remove();
  });
});

describe('a node whose disk runs full', () => {
  const base = basePath();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'tmpfs', base]).status === 0;
  after(async () => {
    await stopAll();
    if (mounted) spawnSync('umount', [base]);
    rmSync(base, { recursive: true, force: true });
  });

  it('ends with what to do, and settles its task once there is space', { skip: mounted ? false : 'mounting a small disk needs root' }, async () => {
    const full = await startNode({ base, args: ['--no-mine', '--db-storage-polling-period', '1'] });
    const { input } = digits(folder, 64);
    const start = await number(full.api);
    const { task } = await post(full.api, account('//Bob'), { model: modelId(encoding), input, maxPrice: UNIT, deadline: start + 500 });
    await watch(full.api, (event) => full.api.events.tasks.TaskLeased.is(event) || undefined, { from: start });
    await full.api.disconnect();
    const filler = join(base, 'filler');
    const { bavail, bsize } = statfsSync(base);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - (32 << 20)));
    assert.equal(await full.ended, 1, 'it ends by itself, and not as if all were well');
    assert.match(full.log(), /millrace-node: .*free space on the disk of --base-path and start the node again/);

    rmSync(filler);
    const mining = await startNode({ base });
    const result = await outcome(mining.api, task, { from: start });
    assert.equal(result.kind, 'settled');
    assert.deepEqual(integers(result.output), reference.slice(0, 64));
    await mining.stop();
  });
});

describe('a miner whose memory a task exceeds', () => {
  after(stopAll);

  it('declines it, loses nothing and is not asked again', async () => {
    const { api, stop, remove } = await startNode({ args: ['--engine-memory', '8'] });
    const requester = account('//Bob');
    const model = modelId(encoding);
    const start = await number(api);
    const record = async () => (await api.query.miners.miners(MINER.publicKey)).unwrap();
    const before = await record();
    const { task } = await post(api, requester, { model, input: new Uint8Array(64 * 8000), maxPrice: UNIT, deadline: start + 20 });
    const reason = await watch(api, (event) => (api.events.tasks.LeaseFailed.is(event) ? event.data.reason.toString() : undefined), { from: start });
    assert.equal(reason, 'Declined');
    const after = await record();
    assert.equal(after.bond.toBigInt(), before.bond.toBigInt(), 'nothing was slashed');
    const offered = (miner) => miner.terms.models.map(String);
    assert.deepEqual(offered(after), offered(before).filter((name) => name !== model));
    const result = await outcome(api, task, { from: start });
    assert.equal(result.kind, 'refunded', 'nobody else offers the model');
    await stop();
    remove();
  });
});

describe('a miner that sends a wrong trace', () => {
  after(stopAll);

  it('loses its lease and a part of its bond', async () => {
    const { api, stop, remove } = await startNode({ args: ['--no-mine'] });
    const start = await number(api);
    const { input } = digits(folder, 64);
    const { task } = await post(api, account('//Bob'), { model: modelId(encoding), input, maxPrice: UNIT, deadline: start + 500 });
    await watch(api, (event) => api.events.tasks.TaskLeased.is(event) || undefined, { from: start });
    const bond = async () => (await api.query.miners.miners(MINER.publicKey)).unwrap().bond.toBigInt();
    const before = await bond();
    await submitTrace(api, account('//Ferdie'), task, Uint8Array.of(1, 0, 0, 0));
    const reason = await watch(api, (event) => (api.events.tasks.LeaseFailed.is(event) ? event.data.reason.toString() : undefined), { from: start });
    assert.equal(reason, 'WrongTrace');
    assert.ok((await bond()) < before);
    await stop();
    remove();
  });
});
