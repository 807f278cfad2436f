// A task over a real node: from quote to verified answer, the bytes as they are, and its end without an answer.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Blake2256 } from '@polkadot-api/substrate-bindings';

import { answers, collect, devAccount, fromHex, integers, type Millrace, modelId, onHold, toHex, UNIT } from '../src/index.js';
import { client, DIGITS, encoding, failure, heldout, labels, type Node, SAMPLE, startNode, TOO_LITTLE, zoo } from './node.js';

const model = modelId(encoding);
const bob = devAccount('//Bob');
const charlie = devAccount('//Charlie');
/** Owns the digits' model on a development chain. */
const alice = devAccount('//Alice');
/** Milliseconds for a test, on a machine that has much else to do. */
const PATIENCE = 300_000;

describe('a task', () => {
  let node: Node;
  let millrace: Millrace;
  before(async () => {
    node = await startNode({ args: ['--no-claim'] });
    millrace = await client(node.url);
  });
  after(async () => {
    millrace?.close();
    await node?.stop();
  });

  it('goes from a quote to a verified answer', { timeout: PATIENCE }, async () => {
    const input = heldout.subarray(0, 16 * SAMPLE);
    const quote = await millrace.quote(model, 16);
    assert.ok(quote.taker.kind === 'slot');
    assert.equal(quote.inputBytes, input.length);
    const { task, maxPrice, fee } = await millrace.post({ model, input }, bob);
    assert.ok(maxPrice >= quote.taker.price && fee > 0n);

    const views = [];
    for await (const view of millrace.watch(task)) views.push(view);
    const last = views.at(-1);
    assert.ok(last?.kind === 'ended' && last.final && last.fate.end.kind === 'settled');
    assert.ok(views.slice(0, -1).every((view) => !view.final));
    // Fees may move a little from block to block.
    assert.ok(last.fate.end.fee > 0n && last.fate.end.fee <= (quote.verificationFee * 11n) / 10n);
    const answers = integers(fromHex(last.output ?? ''));
    assert.ok(answers.filter((answer, i) => answer === labels[i]).length >= 15, 'the digits are right');
    assert.deepEqual(await millrace.outcome(task), last);
    const mine = await millrace.tasks(bob.address, { count: 1 });
    assert.equal(mine.items[0]?.task, task);
  });

  it('goes from real numbers to labels once its model is described', { timeout: PATIENCE }, async () => {
    await millrace.describeModel(model, DIGITS, alice);
    const described = await millrace.model(model);
    assert.deepEqual(described.metadata, DIGITS);
    const grey = Float32Array.from(heldout.subarray(0, 16 * SAMPLE), (byte) => byte / 7);
    const { task } = await millrace.post({ model, input: { shape: [16, 8, 8, 1], data: grey } }, bob);
    const { fate, output } = await millrace.outcome(task);
    assert.ok(fate.samples === 16 && output);
    const said = answers(described, output);
    assert.deepEqual(
      said.map(({ index }) => index),
      integers(fromHex(output)),
    );
    assert.ok(said.filter(({ label }, i) => label === String(labels[i])).length >= 15, 'the labels are right');
    const sideways = { shape: [16, 8, 7, 1], data: grey.subarray(0, 16 * 56) };
    assert.match((await failure(millrace.post({ model, input: sideways }, bob))).sentence, /16 × 8 × 7 × 1/);
  });

  it('is of a model that its owner describes, and nobody else', { timeout: PATIENCE }, async () => {
    const mlp = zoo('mlp');
    const named = { ...DIGITS, name: 'mlp', labels: [] };
    assert.equal((await millrace.registerModel(mlp, bob, { metadata: named })).registered, true);
    const first = await millrace.model(modelId(mlp));
    assert.deepEqual(first.metadata, named);
    await assert.rejects(millrace.describeModel(first.model, DIGITS, charlie), { code: 'Models.NotAuthorized' });
    const small = { ...DIGITS, input: { ...DIGITS.input, shape: [8, 7] } };
    await assert.rejects(millrace.describeModel(first.model, small, bob), { code: 'Models.MetadataShape' });
    assert.equal((await failure(millrace.describeModel(first.model, { ...DIGITS, name: '' }, bob))).code, 'BadInput');
    assert.deepEqual((await millrace.model(first.model)).metadata, named);

    await millrace.describeModel(first.model, null, bob);
    const last = await millrace.model(first.model);
    assert.equal(last.metadata, null);
    assert.ok(last.deposit < first.deposit, 'the deposit for the bytes is back');
    const { sentence, remedy } = await failure(millrace.post({ model: first.model, input: Array(64).fill(0.5) }, bob));
    assert.match(sentence, /no metadata/);
    assert.match(remedy, /quantization/);
    assert.throws(() => answers(last, Uint8Array.of(1, 0, 0, 0)), { code: 'BadInput' });
  });

  it('comes back when nobody took it and it is cancelled', { timeout: PATIENCE }, async () => {
    const reserved = async () => {
      const account = (await millrace.api.query.System?.Account?.getValue(bob.address)) as { data: { reserved: bigint } };
      return account.data.reserved;
    };
    const before = await reserved();
    const { task } = await millrace.post({ model, input: heldout, maxPrice: TOO_LITTLE }, bob);
    for await (const open of millrace.watch(task)) {
      assert.ok(open.kind === 'open' && open.standing.kind === 'waiting' && open.standing.why.kind === 'tooDear');
      // The rent of a wait that goes on is owed, and still on hold.
      assert.equal(onHold(open) + open.rent, (await reserved()) - before);
      if (open.rent > 0n) break;
    }
    assert.equal((await failure(millrace.cancel(task, charlie))).code, 'Tasks.NotAuthorized');
    await millrace.cancel(task, bob);
    const { fate } = await millrace.outcome(task);
    assert.ok(fate.end.kind === 'refunded' && fate.end.why === 'cancelled');
  });

  it('tells of models, offers, the miner and the round', { timeout: PATIENCE }, async () => {
    const { items } = await millrace.models();
    const listed = items.find((each) => each.model === model);
    assert.deepEqual(await millrace.model(model), listed);
    const first = await millrace.offers(model, { count: 1 });
    const rest = await millrace.offers(model, { cursor: first.next });
    assert.equal(first.items.length + rest.items.length, listed?.slots);
    const miner = await millrace.miner(charlie.address);
    assert.ok(miner.bond === miner.neededBond && typeof miner.ask === 'bigint');
    const rounds = [];
    for await (const race of millrace.watchRound({ timeout: 30_000 })) if (rounds.push(race.block) === 3) break;
    assert.deepEqual(
      rounds,
      [...new Set(rounds)].sort((a, b) => a - b),
    );
    assert.deepEqual(await millrace.registerModel(encoding, bob), { model, registered: false });
  });

  it('says what is wrong', { timeout: PATIENCE }, async () => {
    const input = heldout.subarray(0, SAMPLE);
    const nothing = `0x${'00'.repeat(32)}` as const;
    const wrong: Array<[string, () => Promise<unknown>]> = [
      ['NoTask', () => millrace.task(4_000_000)],
      ['NoModel', () => millrace.offers(nothing)],
      ['NoModel', () => millrace.model(nothing)],
      ['BadArguments', () => millrace.model('0x12')],
      ['BadArguments', () => millrace.model('nonsense' as '0x')],
      ['BadArguments', () => millrace.describeModel('0x12', null, bob)],
      ['BadArguments', () => millrace.post({ model: '0x12', input, maxPrice: UNIT }, bob)],
      ['BadArguments', () => millrace.claimAll(bob, { account: 'nonsense' })],
      ['NoMiner', () => millrace.miner(bob.address)],
      ['BadArguments', () => millrace.miner('nobody')],
      ['Unpostable', () => millrace.quote(model, 4_000_000)],
      ['BadInput', () => millrace.post({ model, input: [0.5] }, bob)],
      ['BadInput', () => millrace.post({ model, input: input.subarray(1) }, bob)],
      ['BadInput', () => millrace.post({ model, input: input.subarray(1), maxPrice: UNIT }, bob)],
      ['BadInput', () => millrace.post({ model, input: input.subarray(SAMPLE), maxPrice: UNIT }, bob)],
      ['NoModel', () => millrace.post({ model: nothing, input, maxPrice: UNIT }, bob)],
      ['BadArguments', () => millrace.post({ model, input, maxPrice: -1n }, bob)],
      ['BadArguments', () => millrace.post({ model, input, maxPrice: UNIT, deadline: 2 ** 32 }, bob)],
      ['BadArguments', () => millrace.post({ model, input, maxPrice: UNIT, blocks: 1.5 }, bob)],
      ['Token.FundsUnavailable', () => millrace.post({ model, input, maxPrice: 10n ** 30n }, bob)],
      ['Tasks.PriceTooLow', () => millrace.post({ model, input, maxPrice: 0n }, bob)],
      ['BadArguments', () => millrace.cancel(1.5, bob)],
      ['BadArguments', () => millrace.cancel(-1, bob)],
      ['BadArguments', () => millrace.offer({ ask: -1n, rates: [1n], models: [] }, charlie)],
      ['Miners.ZeroRate', () => millrace.offer({ ask: 1n, rates: [0n], models: [] }, charlie)],
      ['Refused', () => millrace.post({ model, input, maxPrice: 1n }, devAccount('//Poor'))],
      ['BadArguments', () => millrace.send(millrace.api.tx.Tasks?.cancel?.({}) as never, bob)],
      ['NotSigned', () => millrace.cancel(1, { ...bob.signer, signTx: () => Promise.reject(new Error('no')) })],
    ];
    for (const [code, doing] of wrong) assert.equal((await failure(doing())).code, code, String(doing));
  });

  it('takes several of one account at once', { timeout: PATIENCE }, async () => {
    const input = heldout.subarray(0, SAMPLE);
    const posted = await Promise.all([1, 2, 3].map(() => millrace.post({ model, input, maxPrice: UNIT }, bob)));
    assert.equal(new Set(posted.map(({ task }) => task)).size, 3);
  });

  it('is posted as it is, although its bytes begin like a length', { timeout: PATIENCE }, async () => {
    // As a SCALE length, 1, 1 says that 64 bytes follow: one sample of other pixels.
    const input = heldout.slice();
    input.set([1, 1]);
    // Too little for any slot, so that the task stays open.
    const { task } = await millrace.post({ model, input, maxPrice: TOO_LITTLE }, bob);
    const view = await millrace.task(task);
    assert.ok(view.kind === 'open');
    assert.equal(view.samples, heldout.length / SAMPLE);
    assert.equal(view.inputHash, toHex(Blake2256(input)));
    assert.deepEqual(await millrace.api.query.Tasks?.Inputs?.getValue(BigInt(task)), input);
    await millrace.cancel(task, bob);
  });

  it('brings its miner shares, which are claimed all at once', { timeout: PATIENCE }, async () => {
    let owed = await millrace.miner(charlie.address);
    for await (const _ of millrace.watchRound({ timeout: PATIENCE })) {
      owed = await millrace.miner(charlie.address);
      if (owed.unclaimed.length > 1) break;
    }
    const { items } = await collect((cursor: number | null) => millrace.unclaimed(charlie.address, { cursor, count: 1 }));
    // A round may have closed since.
    assert.deepEqual(items.slice(0, owed.unclaimed.length), owed.unclaimed, 'page by page it is the same');
    const { rounds, amount } = await millrace.claimAll(bob, { account: charlie.address });
    assert.ok(rounds.length >= 2);
    assert.ok(amount >= owed.unclaimed.reduce((sum, share) => sum + share.amount, 0n));
    const left = await millrace.miner(charlie.address);
    assert.ok(left.unclaimed.every(({ round }) => !rounds.includes(round)));
  });
});
