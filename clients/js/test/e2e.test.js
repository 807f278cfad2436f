// The whole system from outside: the real node, the real engine, a client that knows only the metadata.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { sr25519Verify } from '@polkadot/util-crypto';
import { hexToU8a, u8aConcat } from '@polkadot/util';

import {
  account,
  digits,
  fate,
  inputHash,
  integers,
  modelId,
  offer,
  outcome,
  post,
  register,
  send,
  UNIT,
  watch,
} from '../client.js';
import { checkPrice, until } from './checks.js';
import { metadataOf, readMetadata, toCall } from '../metadata.js';
import { proveMill, submitTrace } from '../miner.js';
import { largeInput, largeModel } from './large.js';
import * as hostile from './hostile.js';
import { basePath, binary, startNode, stopAll } from './node.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../models/digits');
const encoding = readFileSync(join(folder, 'digits.millrace'));
const reference = [...readFileSync(join(folder, 'heldout-predictions.bin'))];
const MINER = account('//Charlie');
/** Milliseconds for what takes a won sprint, of which several rounds may have none. */
const RARE = 900_000;

/** An array of float32, as NumPy saves it. */
function npy(shape, numbers) {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`.padEnd(117) + '\n';
  const begin = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
  return Buffer.concat([begin, Buffer.from(header), Buffer.from(new Float32Array(numbers).buffer)]);
}

const number = async (api) => (await api.query.system.number()).toNumber();
const balance = async (api, who) => {
  const { free, reserved } = (await api.query.system.account(who.address)).data;
  return { free: free.toBigInt(), total: free.toBigInt() + reserved.toBigInt() };
};
const at = async (api, block) => api.at(await api.rpc.chain.getBlockHash(block));
/** What an event says that the miner was paid for a round, planck; undefined for all other events. */
const claimed = (api, event) =>
  api.events.rewards.Claimed.is(event) && event.data.miner.eq(MINER.publicKey) ? event.data.amount.toBigInt() : undefined;

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
    checkPrice(result);
    assert.equal(result.burned, (result.paid + result.burned + 19n) / 20n, 'five per cent are burned, rounded up');
    const rent = result.history.reduce((sum, step) => sum + (step.rent ?? 0n), 0n);
    const now = await balance(api, requester);
    assert.equal(now.total, mine.total - task.fee - result.paid - result.burned - result.fee - result.retention - rent);
    assert.equal(now.free, now.total, 'nothing stays on hold');
    const earlier = await balance(await at(api, result.block - 1), MINER);
    const later = await balance(await at(api, result.block), MINER);
    // The node may have claimed a round for the miner in the same block.
    const events = await (await at(api, result.block)).query.system.events();
    const claims = events.reduce((sum, { event }) => sum + (claimed(api, event) ?? 0n), 0n);
    assert.equal(later.total - earlier.total, result.paid + claims);
  });

  it('refunds a task that nobody serves, less the rent of its wait and the fee for its record', async () => {
    const requester = account('//Eve');
    const start = await number(api);
    const mine = await balance(api, requester);
    const { input } = digits(folder, 64);
    // Below its price of 15.87 µMILL, and more than the rent until its deadline.
    const task = await post(api, requester, { model: modelId(encoding), input, maxPrice: 15_000_000n, deadline: start + 12 });
    const result = await outcome(api, task.task, { from: start });
    assert.equal(result.kind, 'refunded');
    const now = await balance(api, requester);
    assert.equal(result.why, 'Deadline');
    assert.ok(result.rent > 0n, 'waiting has a price');
    assert.ok(result.retention > 0n, 'a record of its end is kept');
    assert.equal(now.free, mine.free - task.fee - result.rent - result.retention);
  });

  it('credits sprints, closes rounds and claims for its miner', async () => {
    const amount = await watch(api, (event) => claimed(api, event), { timeout: RARE });
    assert.ok(amount > 0n);
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
    // The library takes the first bytes of an array for a length, and sends the 64 behind them: whole samples.
    const shifted = Uint8Array.from({ length: 128 }, () => 1);
    const raw = api.tx.tasks.post(model, shifted, UNIT, deadline, inputHash(shifted));
    await assert.rejects(send(api, raw, requester), /tasks\.InputHash/);
    await assert.rejects(send(api, api.tx.models.register('0x0102', null), requester), /models\.Undecodable/);
  });

  it('says what a model is, and turns real numbers into its bytes and its bytes into labels', async () => {
    const model = modelId(encoding);
    const metadata = readMetadata(join(folder, 'digits.millrace'));
    assert.deepEqual(await metadataOf(api, model), metadata, 'the genesis says what the file beside the model says');
    const owner = account('//Alice');
    await assert.rejects(
      send(api, api.tx.models.describe(model, toCall({ ...metadata, labels: ['\u001b[2J'] })), owner),
      /models\.MetadataText/,
    );
    const foreign = { ...metadata, input: { ...metadata.input, shape: [63] } };
    await assert.rejects(send(api, api.tx.models.describe(model, toCall(foreign)), owner), /models\.MetadataShape/);
    await assert.rejects(send(api, api.tx.models.describe(model, null), account('//Dave')), /models\.NotAuthorized/);
    const labels = [...'zyxwvutsrq'];
    await send(api, api.tx.models.describe(model, toCall({ ...metadata, labels })), owner);
    const file = join(tmpdir(), `millrace-levels-${process.pid}.npy`);
    try {
      const levels = [...readFileSync(join(folder, 'heldout.bin')).subarray(0, 3 * 64)].map((byte) => byte / 7);
      writeFileSync(file, npy([3, 8, 8], levels));
      const cli = fileURLToPath(new URL('../cli.js', import.meta.url));
      const args = [cli, 'post', model, file, '--signer', '//Dave', '--url', node.url];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      const said = [...stdout.matchAll(/^output \d+: (.*)$/gm)].map(([, answer]) => answer);
      assert.deepEqual(
        said,
        reference.slice(0, 3).map((digit) => labels[digit]),
      );
    } finally {
      rmSync(file, { force: true });
      await send(api, api.tx.models.describe(model, toCall(metadata)), owner);
    }
  });

  it('is asked for whole samples before anything is sent', () => {
    const file = join(tmpdir(), `millrace-short-${process.pid}.bin`);
    const cli = fileURLToPath(new URL('../cli.js', import.meta.url));
    try {
      for (const bytes of [0, 63, 65]) {
        writeFileSync(file, new Uint8Array(bytes));
        const args = [cli, 'post', modelId(encoding), file, '--signer', '//Dave', '--url', node.url];
        const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
        assert.equal(status, 1);
        assert.match(stderr, new RegExp(`^millrace: the batch has ${bytes} bytes, and a sample of this model 64: give one`, 'm'));
      }
    } finally {
      rmSync(file, { force: true });
    }
  });

  it('includes a transaction before it is final', async () => {
    const told = [];
    await new Promise((resolve, reject) => {
      api.tx.system
        .remarkWithEvent('told')
        .signAndSend(account('//Ferdie'), ({ status }) => {
          told.push(status.type);
          if (status.isFinalized) resolve();
        })
        .catch(reject);
    });
    assert.deepEqual(
      told.filter((status) => status === 'InBlock' || status === 'Finalized'),
      ['InBlock', 'Finalized'],
    );
  });

  it('sends calls of one account at the same time, each once', async () => {
    const sender = account('//Ferdie');
    const nonce = async () => (await api.query.system.account(sender.address)).nonce.toNumber();
    const before = await nonce();
    const remarks = ['one', 'two', 'three'].map((text) => api.tx.system.remarkWithEvent(text));
    const sent = await Promise.all(remarks.map((remark) => send(api, remark, sender)));
    for (const { events } of sent) assert.ok(events.some((event) => api.events.system.Remarked.is(event)));
    assert.equal(await nonce(), before + remarks.length);
  });

  it('settles a task of maximum size', async () => {
    // An input of 512 KiB and a trace of at most 3 MiB; the arg max keeps the output small.
    const samples = 2048;
    const large = largeModel();
    const requester = account('//Bob');
    const { model } = await register(api, requester, large);
    await offer(api, MINER, { ask: 50_000_000n, rates: Array(2).fill(1_000_000_000), models: [modelId(encoding), model] });
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
    const other = calls.indexOf('system.remark');
    assert.ok(submission >= 0 && (other < 0 || submission < other), calls.join(' '));
  });

  it('registers a mill key only with its own signature', async () => {
    const [miner, key] = [account('//Eve'), account('//Eve//mill')];
    // Too dear for every task of these tests, so that none is leased to a miner without a node.
    const registration = (proof) =>
      send(api, api.tx.miners.register(key.publicKey, proof, 1000n * UNIT, [1_000], [modelId(encoding)]), miner);
    const record = () => api.query.miners.miners(miner.publicKey);
    await assert.rejects(registration(proveMill(api, key, account('//Dave').publicKey)), /miners\./);
    await assert.rejects(registration(proveMill(api, miner, miner.publicKey)), /miners\./);
    assert.ok((await record()).isNone);
    await registration(proveMill(api, key, miner.publicKey));
    assert.equal((await record()).unwrap().mill.toHex(), api.createType('[u8; 32]', key.publicKey).toHex());

    // The node proves its own key.
    const proofs = await api._rpcCore.provider.send('millrace_proveMill', [miner.address]);
    assert.deepEqual(
      proofs.map(({ mill }) => hexToU8a(mill)),
      [account('//Ferdie').publicKey],
    );
    const said = u8aConcat(new TextEncoder().encode('millrace/own'), api.genesisHash.toU8a(), miner.publicKey);
    assert.ok(sr25519Verify(said, hexToU8a(proofs[0].proof), hexToU8a(proofs[0].mill)));
  });
});

/** Asks a node for its off-chain workers' database; `answers` is the lock of the worker that answers leases. */
const offchain = (api, method, ...values) => {
  const answers = `0x${Buffer.from('millrace/submit/lock').toString('hex')}`;
  return api._rpcCore.provider.send(`offchain_localStorage${method}`, ['PERSISTENT', answers, ...values]);
};
/** Keeps a node from answering leases, and lets it. */
const holdAnswers = (api) =>
  until('the lock of answers', async () => {
    const forever = `0x${'ff'.repeat(8)}`;
    await offchain(api, 'Set', forever);
    // A worker that had the lock gives it back at its end.
    await sleep(2_000);
    return (await offchain(api, 'Get')) === forever;
  });
const releaseAnswers = (api) => offchain(api, 'Clear');

describe('a block with submissions made to exhaust its memory', () => {
  after(stopAll);

  it("is imported within what a relay chain's validator has", async () => {
    const base = basePath();
    const attack = hostile.memory(150);
    const idle = await startNode({ base, args: ['--no-mine'], blockTime: 500 });
    const models = attack.map((batch) => modelId(batch.encoding));
    for (const { encoding: model } of attack) await register(idle.api, account('//Alice'), model);
    await offer(idle.api, MINER, { ask: 50_000_000n, rates: Array(3).fill(1_000_000_000), models });
    // Leases end after some blocks, which are fast here, so this comes before they are given.
    await holdAnswers(idle.api);
    const start = await number(idle.api);
    const hex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;
    const posts = attack.map(({ input }, i) =>
      idle.api.tx.tasks.post(models[i], hex(input), UNIT, start + 300, inputHash(input)),
    );
    const { events } = await send(idle.api, idle.api.tx.utility.batchAll(posts), account('//Bob'));
    const tasks = events.filter((event) => idle.api.events.tasks.TaskPosted.is(event)).map(({ data }) => data.task.toBigInt());
    assert.equal(tasks.length, attack.length);
    for (const task of tasks) {
      await watch(
        idle.api,
        (event) => (idle.api.events.tasks.TaskLeased.is(event) && event.data.task.toBigInt() === task) || undefined,
        { from: start },
      );
    }
    await idle.stop();

    // All three are submitted at once, between two slow blocks.
    const { api, stop, remove, log } = await startNode({ base, blockTime: 20_000 });
    for (const task of tasks) await until('the execution', () => log().includes(`executed task ${task}:`));
    // The last trace is stored after that is said.
    await sleep(2_000);
    await releaseAnswers(api);
    const results = [];
    for (const task of tasks) results.push(await outcome(api, task, { from: start, timeout: 300_000 }));
    results.forEach((result, i) => {
      assert.equal(result.kind, 'settled', attack[i].name);
      assert.deepEqual(integers(result.output), attack[i].output, attack[i].name);
    });
    assert.equal(new Set(results.map(({ block }) => block)).size, 1, 'they settled in one block');
    await stop();

    const [file, other] = [join(base, 'blocks.bin'), basePath()];
    const run = (command, at, ...args) =>
      spawnSync(binary, [command, '--dev', '--base-path', at, '--database', 'paritydb', '--binary', ...args], {
        encoding: 'utf8',
      });
    const exported = run('export-blocks', base, '--from', '1', '--to', String(results[0].block), file);
    assert.equal(exported.status, 0, exported.stderr);
    // An import gets twice as many pages: 2,080, which are 130 MiB.
    const imported = run('import-blocks', other, '--default-heap-pages', '1040', file);
    assert.equal(imported.status, 0, imported.stderr);
    assert.match(imported.stderr, new RegExp(`Imported ${results[0].block} blocks`));
    remove();
    rmSync(other, { recursive: true, force: true });
  });
});

describe('a node that leaves claiming to others', () => {
  after(stopAll);

  it("lets anyone claim a miner's share", async () => {
    const { api, stop, remove } = await startNode({ args: ['--no-claim'] });
    const withEmission = (event) => {
      if (!api.events.rewards.RoundClosed.is(event)) return undefined;
      return event.data.emission.toBigInt() > 0n ? event.data.round.toNumber() : undefined;
    };
    const round = await watch(api, withEmission, { timeout: RARE });
    const mine = await balance(api, MINER);
    const { events } = await send(api, api.tx.rewards.claim(round, MINER.address), account('//Bob'));
    const [amount] = events.map((event) => claimed(api, event)).filter((planck) => planck !== undefined);
    assert.ok(amount > 0n);
    assert.ok((await balance(api, MINER)).total >= mine.total + amount);
    await stop();
    remove();
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

describe('a node killed after it executed a task', () => {
  after(stopAll);

  it('submits the trace after the restart and computes nothing again', async () => {
    const base = basePath();
    const slow = await startNode({ base, blockTime: 15_000 });
    const { input } = digits(folder, 64);
    const start = await number(slow.api);
    const { task } = await post(slow.api, account('//Bob'), {
      model: modelId(encoding),
      input,
      maxPrice: UNIT,
      deadline: start + 500,
    });
    await until('the execution', () => slow.log().includes(`executed task ${task}:`));
    // A finished trace is safe after some seconds; the block that could settle it is further away.
    await sleep(5_000);
    const killed = await number(slow.api);
    await slow.stop('SIGKILL');

    const mining = await startNode({ base });
    const result = await outcome(mining.api, task, { from: start });
    assert.equal(result.kind, 'settled');
    assert.ok(result.block > killed, 'by the second life');
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

  it('ends with what to do, and settles its task once there is space', {
    skip: mounted ? false : 'mounting a small disk needs root',
  }, async () => {
    const full = await startNode({ base, args: ['--no-mine', '--db-storage-polling-period', '1'] });
    const { input } = digits(folder, 64);
    const start = await number(full.api);
    const { task } = await post(full.api, account('//Bob'), {
      model: modelId(encoding),
      input,
      maxPrice: UNIT,
      deadline: start + 500,
    });
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

  it('declines it for what its room was worth, and goes on with what fits', async () => {
    // A lease can be declined for three blocks, of which two pass until the decline is in one.
    const { api, stop, remove } = await startNode({ args: ['--engine-memory', '8'], blockTime: 4_000 });
    const requester = account('//Bob');
    const model = modelId(encoding);
    const start = await number(api);
    const record = async () => (await api.query.miners.miners(MINER.publicKey)).unwrap();
    const before = await record();
    const { task: large } = await post(api, requester, {
      model,
      input: new Uint8Array(64 * 8000),
      maxPrice: UNIT,
      deadline: start + 15,
    });
    const leased = await watch(api, (event, block) => (api.events.tasks.TaskLeased.is(event) ? block : undefined), {
      from: start,
    });
    const at = await api.at(await api.rpc.chain.getBlockHash(leased));
    const slash = (await at.query.tasks.tasks(large)).unwrap().state.asLeased.slash.toBigInt();
    let charged = 0n;
    const reason = await watch(
      api,
      (event) => {
        if (api.events.miners.Charged.is(event)) charged = event.data.amount.toBigInt();
        return api.events.tasks.LeaseFailed.is(event) ? event.data.reason.toString() : undefined;
      },
      { from: leased },
    );
    assert.equal(reason, 'Declined');
    const after = await record();
    assert.equal(before.bond.toBigInt() - after.bond.toBigInt(), charged, 'the charge and nothing else');
    // The fee, or what mining the work would bring: the slash where little is mined.
    assert.ok(charged > 0n && charged <= slash, `${charged} planck for the room, and no more than the slash of ${slash}`);
    assert.deepEqual(after.terms.toHuman(), before.terms.toHuman(), 'the offer stays');

    const { input } = digits(folder, 4);
    for (let i = 0; i < 2; i += 1) {
      const { task } = await post(api, requester, { model, input, maxPrice: UNIT, deadline: start + 200 });
      const result = await outcome(api, task, { from: start });
      assert.equal(result.kind, 'settled');
      assert.equal(result.miner, api.createType('AccountId', MINER.publicKey).toString());
      assert.deepEqual(integers(result.output), reference.slice(0, 4));
    }
    const result = await outcome(api, large, { from: start, timeout: 300_000 });
    assert.equal(result.kind, 'refunded', 'nobody else offers the model');
    const leases = result.history.filter(({ kind }) => kind === 'leased');
    assert.equal(leases.length, 1, 'who declined it is not asked again');
    await stop();
    remove();
  });
});

describe('a miner that sends a wrong trace', () => {
  after(stopAll);

  it('loses its lease and a part of its bond, out of which the posting comes back', async () => {
    const { api, stop, remove } = await startNode({ args: ['--no-mine'] });
    const start = await number(api);
    const requester = account('//Bob');
    const mine = await balance(api, requester);
    const { input } = digits(folder, 64);
    const { task, fee } = await post(api, requester, {
      model: modelId(encoding),
      input,
      maxPrice: UNIT,
      deadline: start + 500,
    });
    await watch(api, (event) => api.events.tasks.TaskLeased.is(event) || undefined, { from: start });
    const bond = async () => (await api.query.miners.miners(MINER.publicKey)).unwrap().bond.toBigInt();
    const before = await bond();
    await submitTrace(api, account('//Ferdie'), task, Uint8Array.of(1, 0, 0, 0));
    const reason = await watch(
      api,
      (event) => (api.events.tasks.LeaseFailed.is(event) ? event.data.reason.toString() : undefined),
      { from: start },
    );
    assert.equal(reason, 'WrongTrace');
    assert.ok((await bond()) < before);

    const { events } = await send(api, api.tx.tasks.cancel(task), requester);
    const paid = events.find((event) => api.events.transactionPayment.TransactionFeePaid.is(event));
    const { rent, retention, posting, compensation } = await fate(api, task);
    assert.ok(compensation > 0n && compensation === posting, `${compensation} of ${posting} planck came back`);
    const fees = fee + paid.data.actualFee.toBigInt();
    assert.equal((await balance(api, requester)).total, mine.total - fees - rent - retention + compensation);
    await stop();
    remove();
  });
});
