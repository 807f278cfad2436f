// A network that starts with the runtime of the spec before and is upgraded to this one, with tasks open.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { account, codeHash, digits, integers, modelId, offer, outcome, post, send, UNIT } from '../../clients/js/client.js';
import { Network, until } from './network.js';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, '../../models/digits');
const encoding = readFileSync(join(folder, 'digits.millrace'));
const reference = [...readFileSync(join(folder, 'heldout-predictions.bin'))];
const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/millrace/target');
const CODE = readFileSync(join(target, 'release/wbuild/millrace-runtime/millrace_runtime.compact.compressed.wasm'));

const SUDO = account('//Alice');
/** The genesis's miners; the second one's node starts after the upgrade. */
const [MINER, IDLE] = [account('//Charlie'), account('//Dave')];
const ASK = 50_000_000n;
const REQUESTER = account('//Bob');
const specs = mkdtempSync(join(tmpdir(), 'millrace-spec-'));

describe('a runtime upgrade with tasks open', () => {
  let network;
  let api;
  before(
    async () => {
      const spec = join(specs, 'previous.json');
      const built = spawnSync(join(here, 'previous-spec.sh'), [spec], { stdio: 'inherit' });
      assert.equal(built.status, 0, 'the runtime of the earlier version is compiled');
      network = await Network.start('upgrade.toml', { env: { PREVIOUS_SPEC: spec } });
      api = await network.api('collator-1');
    },
    { timeout: 1_800_000 },
  );
  after(async () => {
    await network?.stop();
    rmSync(specs, { recursive: true, force: true });
  });

  it('passes pre-checking, is enacted, and settles what was open before it', async () => {
    const version = async () =>
      (await api.rpc.state.getRuntimeVersion(await api.rpc.chain.getFinalizedHead())).specVersion.toNumber();
    const number = async () => (await api.rpc.chain.getHeader()).number.toNumber();
    await until('blocks are final', async () => (await api.rpc.chain.getFinalizedHead()).toHex() !== api.genesisHash.toHex(), {
      timeout: 600_000,
    });
    const before = await version();

    // A lease stays open, at a rate of which its work takes 318 blocks. Its slot promises more meanwhile.
    const model = modelId(encoding);
    const [rate, raised] = [1_000, 2_000];
    await offer(api, MINER, { ask: 1_000n * UNIT, rates: [1_000_000_000], models: [model] });
    await offer(api, IDLE, { ask: ASK, rates: [rate], models: [model] });
    const start = await number();
    const { input } = digits(folder, 64);
    const { task: leased } = await post(api, REQUESTER, { model, input, maxPrice: UNIT, deadline: start + 1000 });
    const lease = async () => (await api.query.tasks.tasks(leased)).unwrap().state.asLeased;
    await until('the task is leased', async () => (await api.query.tasks.tasks(leased)).unwrap().state.isLeased);
    const { since, slash } = await lease();
    await offer(api, IDLE, { ask: ASK, rates: [raised], models: [model] });
    // Until the new runtime is there, the slot that is free is dearer than what is offered, so the others wait in the queue.
    const tasks = [];
    for (let i = 0; i < 3; i += 1) {
      tasks.push((await post(api, REQUESTER, { model, input, maxPrice: UNIT, deadline: start + 1000 })).task);
    }
    await send(api, api.tx.sudo.sudo(api.tx.system.authorizeUpgrade(codeHash(CODE))), SUDO);
    // Whoever has the code may bring it; the relay chain's validators then vote on it before it is enacted.
    await send(api, api.tx.system.applyAuthorizedUpgrade(`0x${CODE.toString('hex')}`), SUDO);
    await until('the new runtime is enacted on the finalized chain', async () => (await version()) > before, {
      timeout: 900_000,
    });
    const relay = await network.api('alice');
    const hash = (await relay.query.paras.currentCodeHash(2000)).unwrap().toHex();
    assert.equal(hash, codeHash(CODE), 'the relay chain validates with the new code');

    // A client that was connected mixes the types of both runtimes.
    await network.disconnect('collator-1');
    api = await network.api('collator-1');
    for (const task of tasks) assert.ok((await api.query.tasks.tasks(task)).isSome, 'it is still open');
    const listed = (await api.query.models.lists()).toJSON();
    assert.deepEqual(listed.at(-1).models, [model], 'sprints go on on the model that was listed');
    const upgraded = await number();
    const kept = await lease();
    assert.equal(kept.since.toNumber(), since.toNumber(), 'the lease of before');
    assert.equal(kept.slash.toBigInt(), slash.toBigInt(), 'what failing it costs is what it was');
    assert.equal(kept.rate.toNumber(), raised, 'it takes all of its slot');
    const slot = async () => (await api.query.miners.miners(IDLE.publicKey)).unwrap().slots[0];
    const { leased: sum } = await slot();
    assert.equal(sum.unwrap().rate.toNumber(), raised);
    assert.equal(sum.unwrap().atStake.toBigInt(), slash.toBigInt());
    await network.join('miner-2', 9947, ['--mine', '--mill-suri=//Eve', '--engine-threads=1']);
    const answered = await outcome(api, leased, { from: upgraded, timeout: 900_000 });
    assert.equal(answered.kind, 'settled');
    assert.equal(
      answered.miner,
      api.createType('AccountId', IDLE.publicKey).toString(),
      'by the miner that had leased it before',
    );
    assert.deepEqual(integers(answered.output), reference.slice(0, 64));

    await offer(api, MINER, { ask: ASK, rates: [1_000_000_000, 1_000_000_000], models: [model] });
    for (const task of tasks) {
      const result = await outcome(api, task, { from: upgraded, timeout: 900_000 });
      assert.equal(result.kind, 'settled');
      assert.deepEqual(integers(result.output), reference.slice(0, 64));
    }
  });
});
