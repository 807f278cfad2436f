// The acceptance test of the whole system: what happens on the test network of local.toml, read from finalized state.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import {
  account,
  digits,
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
} from '../../clients/js/client.js';
import { submitTrace } from '../../clients/js/miner.js';
import * as hostile from '../../clients/js/test/hostile.js';
import { largeInput, largeModel } from '../../clients/js/test/large.js';
import { Network, until } from './network.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../models/digits');
const encoding = readFileSync(join(folder, 'digits.millrace'));
const reference = [...readFileSync(join(folder, 'heldout-predictions.bin'))];
/** The genesis's miners: node, cold account, mill key. */
const MINERS = [
  { node: 'miner-1', cold: account('//Charlie'), mill: account('//Ferdie') },
  { node: 'miner-2', cold: account('//Dave'), mill: account('//Eve') },
];
const REQUESTER = account('//Bob');
/** The relay chain's randomness that this chain keeps for its draws. It is no pallet's: twox128 of Consensus and of RelayRandomness. */
const RELAY_RANDOMNESS = '0x925bd7637d049b4f2508e14eb43b51a151e176b540d4ea616a5d911aad2ccc84';

let network;
let api;

const finalized = async (of = api) => (await of.rpc.chain.getHeader(await of.rpc.chain.getFinalizedHead())).number.toNumber();
const best = async (of = api) => (await of.rpc.chain.getHeader()).number.toNumber();
const finalState = async (block) => {
  await until(`block ${block} is final`, async () => (await finalized()) >= block);
  return api.at(await api.rpc.chain.getFinalizedHead());
};
const advances = (count, what, of = api) =>
  finalized(of).then((from) => until(what, async () => (await finalized(of)) >= from + count));
const address = (key) => api.createType('AccountId', key.publicKey).toString();
const minerOf = (cold) => MINERS.find((miner) => address(miner.cold) === cold);
const bond = async (at, miner) => (await at.query.miners.miners(miner.cold.publicKey)).unwrap().bond.toBigInt();
const hex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;

/** Puts back on sale what earlier scenarios had suspended. */
async function resume(miner) {
  await send(api, api.tx.miners.resume(), miner.cold).catch((error) => assert.match(error.message, /^miners\.NotSuspended/));
}

/** The miner whose slot is leased next. */
async function seller() {
  const { items } = await api._rpcCore.provider.send('millrace_offers', [modelId(encoding)]);
  return minerOf(items[0].miner);
}

/**
 * Keeps miners' nodes off while `work` runs. A node that is only stopped wakes up to blocks of forks that have ended, asks its
 * peers for them, and as they have them no longer, it asks these peers for no block for a minute or more. By then its leases are over.
 */
async function without(miners, work) {
  const off = [];
  try {
    for (const { node } of miners) off.push({ node, argv: await network.kill(node) });
    return await work();
  } finally {
    for (const { node, argv } of off) network.run(node, argv);
  }
}

async function caughtUp(miner) {
  const node = await network.api(miner.node);
  const target = await best();
  await until(`${miner.node} has caught up`, async () => (await best(node)) >= target);
}

async function postDigits(samples = 64) {
  const start = await best();
  const { input } = digits(folder, samples);
  const { task } = await post(api, REQUESTER, { model: modelId(encoding), input, maxPrice: UNIT, deadline: start + 300 });
  return { task, start };
}
const leased = (task, start) =>
  watch(
    api,
    (event, block) =>
      api.events.tasks.TaskLeased.is(event) && event.data.task.toBigInt() === task
        ? { miner: minerOf(event.data.miner.toString()), block, until: event.data.until.toNumber() }
        : undefined,
    { from: start, timeout: 300_000 },
  );
const settles = (task, start) => outcome(api, task, { from: start, timeout: 900_000 });

/** What the chain may say to a batch whose verification is too much for a block. */
const REFUSALS = /^tasks\.(VerificationMemory|SubmissionTooLarge):/;

/** Posts batches in one transaction, or one by one where the chain refuses some; resolves with the tasks that it took. */
async function postAtOnce(batches, deadline) {
  const calls = batches.map(({ encoding, input }) =>
    api.tx.tasks.post(modelId(encoding), hex(input), UNIT, deadline, inputHash(input)),
  );
  const posted = ({ events }) =>
    events
      .filter((event) => api.events.tasks.TaskPosted.is(event))
      .map(({ data }) => ({
        task: data.task.toBigInt(),
        batch: batches.find(({ encoding }) => modelId(encoding) === data.model.toHex()),
      }));
  const refused = (error) => {
    assert.match(error.message, REFUSALS);
    return { events: [] };
  };
  const together = posted(await send(api, api.tx.utility.batchAll(calls), REQUESTER).catch(refused));
  if (together.length) return together;
  const taken = [];
  for (const call of calls) taken.push(...posted(await send(api, call, REQUESTER).catch(refused)));
  return taken;
}

/** The accounts that authored the newest blocks. */
async function authors(count) {
  const found = new Set();
  let hash = await api.rpc.chain.getBlockHash();
  for (let i = 0; i < count; i += 1) {
    const header = await api.rpc.chain.getHeader(hash);
    if (header.number.toNumber() === 0) break;
    const at = await api.at(hash);
    const collators = await at.query.session.validators();
    const aura = header.digest.logs.find((log) => log.isPreRuntime && log.asPreRuntime[0].toString() === 'aura');
    const slot = api.createType('u64', aura.asPreRuntime[1]).toBigInt();
    found.add(collators[Number(slot % BigInt(collators.length))].toString());
    hash = header.parentHash;
  }
  return found;
}

describe('a network of two validators, two collators and two miners', () => {
  before(
    async () => {
      network = await Network.start('local.toml');
      api = await network.api('collator-1');
      // So that each scenario can run alone.
      await until('a block is final', async () => (await finalized()) >= 1, { timeout: 600_000 });
    },
    { timeout: 1_500_000 },
  );
  after(() => network?.stop());

  it('produces and finalizes blocks of both collators', async () => {
    await until('six blocks are final', async () => (await finalized()) >= 6, { timeout: 600_000 });
    assert.equal((await authors(6)).size, 2);
    assert.ok((await network.metric('collator-1', 'substrate_block_height')) > 0);
  });

  it('executes, settles and pays a task', async () => {
    const { task, start } = await postDigits();
    const before = await api.query.system.account(REQUESTER.publicKey);
    const result = await settles(task, start);
    assert.equal(result.kind, 'settled');
    assert.deepEqual(integers(result.output), reference.slice(0, 64));
    const at = await finalState(result.block);
    assert.ok((await at.query.tasks.outputs(task)).isSome, 'the output is in the finalized state');
    assert.ok((await at.query.tasks.tasks(task)).isNone);
    const now = await at.query.system.account(REQUESTER.publicKey);
    assert.equal(now.data.reserved.toBigInt(), 0n, 'nothing stays on hold');
    assert.ok(now.data.free.toBigInt() > before.data.free.toBigInt(), 'what was not spent of the ceiling came back');
  });

  it('slashes a wrong trace, and the honest miner settles the task', async () => {
    const liar = await seller();
    const honest = MINERS.find((miner) => miner !== liar);
    const earlier = await bond(api, liar);
    const { task, start } = await without([liar], async () => {
      const posted = await postDigits();
      assert.equal((await leased(posted.task, posted.start)).miner, liar);
      await submitTrace(api, liar.mill, posted.task, Uint8Array.of(1, 0, 0, 0));
      await watch(
        api,
        (event) => (api.events.tasks.LeaseFailed.is(event) && event.data.task.toBigInt() === posted.task) || undefined,
        { from: posted.start },
      );
      return posted;
    });
    const result = await settles(task, start);
    assert.equal(result.kind, 'settled');
    assert.equal(result.miner, address(honest.cold));
    assert.deepEqual(integers(result.output), reference.slice(0, 64));
    const at = await finalState(result.block);
    assert.ok((await bond(at, liar)) < earlier, 'the bond was slashed');
    await caughtUp(liar);
  });

  it('leases a task again when its miner is killed', async () => {
    const victim = await seller();
    const other = MINERS.find((miner) => miner !== victim);
    // It doesn't answer before it is killed.
    process.kill(network.process(victim.node).pid, 'SIGSTOP');
    let argv;
    try {
      const { task, start } = await postDigits();
      assert.equal((await leased(task, start)).miner, victim);
      argv = await network.kill(victim.node);
      const result = await settles(task, start);
      assert.equal(result.kind, 'settled');
      assert.equal(result.miner, address(other.cold));
      assert.ok(result.history.some((step) => step.kind === 'failed'));
      await finalState(result.block);
    } finally {
      network.run(victim.node, argv ?? (await network.kill(victim.node)));
    }
    await caughtUp(victim);
  });

  it('settles full blocks of submissions within the limits', async (t) => {
    // Traces of 0.9 MB each, four to a block.
    const [tasks, samples] = [8, 600];
    const { model } = await register(api, account('//Alice'), largeModel());
    for (const miner of MINERS) {
      await resume(miner);
      await offer(api, miner.cold, {
        ask: 50_000_000n,
        rates: Array(tasks).fill(1_000_000_000),
        models: [modelId(encoding), model],
      });
    }
    // All are leased before the first is executed, so that they are submitted at once.
    const start = await best();
    await without(MINERS, async () => {
      const first = (await api.rpc.system.accountNextIndex(REQUESTER.address)).toNumber();
      const input = largeInput(samples);
      for (let i = 0; i < tasks; i += 1) {
        const post = api.tx.tasks.post(model, hex(input), UNIT, start + 300, inputHash(input));
        await post.signAndSend(REQUESTER, { nonce: first + i, era: 0 });
      }
      let count = 0;
      await watch(
        api,
        (event) => {
          count += api.events.tasks.TaskLeased.is(event) ? 1 : 0;
          return count >= tasks || undefined;
        },
        { from: start, timeout: 300_000 },
      );
    });
    const settled = [];
    await watch(
      api,
      (event, block) => {
        if (api.events.tasks.TaskSettled.is(event)) settled.push(block);
        return settled.length >= tasks || undefined;
      },
      { from: start, timeout: 600_000 },
    );

    const of = (block) => settled.filter((other) => other === block).length;
    const fullest = settled.reduce((most, block) => (of(block) > of(most) ? block : most));
    assert.ok(of(fullest) >= 2, `several submissions in one block, not ${of(fullest)}`);
    const hash = await api.rpc.chain.getBlockHash(fullest);
    const weight = await (await api.at(hash)).query.system.blockWeight();
    const limits = api.consts.system.blockWeights.perClass.normal.maxTotal.unwrap();
    const used = [weight.normal.refTime, weight.normal.proofSize].map((part) => part.toBigInt());
    const allowed = [limits.refTime, limits.proofSize].map((part) => part.toBigInt());
    assert.ok(used[0] <= allowed[0] && used[1] <= allowed[1], `${used} of ${allowed}`);
    const { block } = await api.rpc.chain.getBlock(hash);
    const bytes = block.extrinsics.reduce((sum, extrinsic) => sum + extrinsic.encodedLength, 0);
    const povs = ['collator-1', 'collator-2'].flatMap((name) =>
      [...network.log(name).matchAll(/Compressed PoV size: ([\d.]+)kb/g)].map((match) => Number(match[1])),
    );
    assert.ok(Math.max(...povs) * 1024 < 10 * 2 ** 20, 'the relay chain takes 10 MiB');
    const took = await network.longest('miner-1', 'substrate_block_verification_and_import_time');
    assert.ok(took <= 2.5, `a follower took up to ${took} s to import a block`);
    t.diagnostic(`every block since the miner started again was imported within ${took} s`);
    t.diagnostic(
      `block ${fullest}: ${of(fullest)} submissions, ${bytes} bytes of transactions, ref_time ${used[0] / 1_000_000_000n} ms of ${allowed[0] / 1_000_000_000n}, proof size ${used[1]} of ${allowed[1]} bytes; largest compressed PoV ${Math.max(...povs)} KiB`,
    );
  });

  it('goes on after the worst blocks that a requester and a miner can make', async (t) => {
    // As many samples as one may try, which are refused, and as many as are verified.
    const attacks = [hostile.memory(), hostile.memory(150), hostile.time(), hostile.time(50)];
    const [miner] = MINERS;
    const encodings = [...new Map(attacks.flat().map((batch) => [modelId(batch.encoding), batch.encoding])).values()];
    for (const model of encodings) await register(api, account('//Alice'), model);
    await resume(miner);
    const models = [encoding, ...encodings].map(modelId);
    await offer(api, miner.cold, { ask: 50_000_000n, rates: Array(8).fill(1_000_000_000), models });
    for (const attack of attacks) {
      // All are leased before the first is executed, so that their traces come in one block.
      const start = await best();
      const taken = await without([miner], async () => {
        const posted = await postAtOnce(attack, start + 300);
        for (const { task } of posted) await leased(task, start);
        return posted;
      });
      const blocks = [];
      for (const { task, batch } of taken) {
        const result = await settles(task, start);
        assert.equal(result.kind, 'settled', batch.name);
        assert.deepEqual(integers(result.output), batch.output, batch.name);
        blocks.push(result.block);
      }
      for (const batch of attack) {
        const at = taken.findIndex((task) => task.batch === batch);
        t.diagnostic(`${batch.name}: ${at < 0 ? 'refused' : `settled in block ${blocks[at]}`}`);
      }
      await advances(5, 'five more blocks are final');
    }
    t.diagnostic(
      `every block since the other miner started again was imported within ${await network.longest('miner-2', 'substrate_block_verification_and_import_time')} s`,
    );
  });

  it('settles each task once while collators falter and blocks are taken back', async (t) => {
    const nodes = ['collator-1', 'collator-2', ...MINERS.map(({ node }) => node)];
    const reorgs = () => nodes.reduce((sum, name) => sum + network.log(name).split('Reorg on').length - 1, 0);
    const before = reorgs();
    // Whoever wakes up builds on the block that it knew, beside the blocks of the other.
    let over = false;
    const faltering = (async () => {
      for (let i = 0; !over; i += 1) {
        const { pid } = network.process(nodes[i % 2]);
        process.kill(pid, 'SIGSTOP');
        await sleep(8_000);
        process.kill(pid, 'SIGCONT');
        await sleep(4_000);
      }
    })();
    try {
      const posted = [];
      for (let i = 0; i < 5; i += 1) posted.push(await postDigits());
      for (const { task, start } of posted) {
        const result = await settles(task, start);
        assert.equal(result.kind, 'settled');
        assert.deepEqual(integers(result.output), reference.slice(0, 64));
      }
    } finally {
      over = true;
      await faltering;
    }
    const at = await finalState(await finalized());
    assert.equal((await at.query.system.account(REQUESTER.publicKey)).data.reserved.toBigInt(), 0n, 'nothing stays on hold');
    t.diagnostic(`${reorgs() - before} re-orgs in the logs of four nodes`);
  });

  it('goes on without a collator, and takes a new one in', async () => {
    const argv = await network.kill('collator-2');
    await advances(3, 'three more blocks are final with one collator');
    // A miner: seats are drawn by the work that candidates did.
    const [, miner] = MINERS;
    const joining = miner.cold;
    await resume(miner);
    const node = await network.join('collator-3', 9950, ['--collator']);
    const { keys, proof } = await node._rpcCore.provider.send('author_rotateKeysWithOwner', [
      `0x${Buffer.from(joining.publicKey).toString('hex')}`,
    ]);
    await send(api, api.tx.session.setKeys(keys, proof), joining);
    await send(api, api.tx.collators.stand(), joining);
    const newcomer = address(joining);
    await until(
      'the newcomer is in the collator set',
      async () => (await api.query.session.validators()).some((key) => key.toString() === newcomer),
      { timeout: 1_200_000 },
    );
    const seed = async () => (await api.rpc.state.getStorage(RELAY_RANDOMNESS)).unwrapOr(null)?.toHex();
    const drawn = await seed();
    assert.ok(drawn, 'seats are drawn from the relay chain');
    await until('the relay chain drew anew', async () => (await seed()) !== drawn);
    await until('the newcomer authors', async () => (await authors(6)).has(newcomer));
    network.run('collator-2', argv);
    await until('all three author', async () => (await authors(9)).size === 3, { timeout: 600_000 });
    await advances(3, 'their blocks become final');
  });

  it('survives the restart of a relay chain validator', async () => {
    const argv = await network.kill('bob');
    const stuck = await finalized();
    network.run('bob', argv);
    await until('finality goes on', async () => (await finalized()) >= stuck + 3, { timeout: 600_000 });
  });

  it('lets nodes sync, from scratch and by warp', async () => {
    const target = await finalized();
    const full = await network.join('full', 9951, []);
    await until('the full node has every block', async () => (await finalized(full)) >= target, { timeout: 600_000 });
    assert.ok((await full.rpc.chain.getBlock(await full.rpc.chain.getBlockHash(1))).block.extrinsics.length > 0);
    const warp = await network.join('warp', 9952, ['--sync', 'warp']);
    await until('the warped node follows the chain', async () => (await best(warp)) >= target, { timeout: 600_000 });
    const state = await warp.query.models.models(modelId(encoding));
    assert.ok(state.isSome, "it has the newest block's state");
  });
});
