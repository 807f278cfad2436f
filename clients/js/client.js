// A small client on @polkadot/api: everything it knows of the chain comes from the metadata.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { ApiPromise, WsProvider } from '@polkadot/api';
import { Keyring } from '@polkadot/keyring';
import { blake2AsHex } from '@polkadot/util-crypto';

import { isLost, send } from './send.js';

export { send } from './send.js';

export const UNIT = 10n ** 12n;

/** Connects to a node and waits until it answers. */
export async function connect(url, { timeout = 60_000 } = {}) {
  const provider = new WsProvider(url, 1_000);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`No node answers at ${url} within ${timeout / 1000} s. Start one with 'make dev'.`)),
      timeout,
    );
  });
  try {
    return await Promise.race([ApiPromise.create({ provider, noInitWarn: true }), late]);
  } catch (error) {
    // Or it would try again for ever, and keep the program from ending.
    await provider.disconnect();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A well-known development account such as '//Bob', or one from a secret phrase. */
export function account(secret) {
  return new Keyring({ type: 'sr25519' }).addFromUri(secret);
}

/** Planck as a decimal number of MILL. */
export function formatAmount(planck) {
  const value = BigInt(planck);
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(13, '0');
  return `${sign}${digits.slice(0, -12)}.${digits.slice(-12)} MILL`;
}

/** Name of a model: the hash of its encoding. */
export const modelId = (encoding) => blake2AsHex(encoding, 256);
/** What names the bytes of an input: the chain refuses a task whose input came out different on its way. */
export const inputHash = (input) => blake2AsHex(input, 256);
/** Name of a runtime's code, as the chain hashes it. */
export const codeHash = (code) => blake2AsHex(code, 256);

const find = (events, kind) => events.find((event) => kind.is(event));

/**
 * Registers a model unless it is registered already; resolves with its name. `metadata` is what metadata.js's `toCall` gives, or
 * null.
 */
export async function register(api, signer, encoding, metadata = null) {
  const model = modelId(encoding);
  if ((await api.query.models.models(model)).isSome) return { model, registered: false };
  await send(api, api.tx.models.register(`0x${Buffer.from(encoding).toString('hex')}`, metadata), signer);
  return { model, registered: true };
}

/**
 * Has a miner offer slots of these rates (MAC per block) for these models at an ask (planck per mega-MAC); resolves once the
 * offer is in force. The node that signs for the miner sees to that; this does if there is none.
 */
export async function offer(api, signer, { ask, rates, models, timeout = 300_000 }) {
  await send(api, api.tx.miners.offer(ask, rates, models), signer);
  const end = Date.now() + timeout;
  for (;;) {
    const { next } = (await api.query.miners.miners(signer.publicKey)).unwrap();
    if (next.isNone) return;
    if (Date.now() > end) throw new Error(`the offer isn't in force after ${timeout / 1000} s`);
    const late = (await api.query.miners.round()).toNumber() - next.unwrap().from.toNumber();
    if (late > 0) {
      await send(api, api.tx.miners.applyOffer(signer.publicKey), signer).catch((error) => {
        // The node was faster.
        if (!/^miners.NothingScheduled/.test(error.message)) throw error;
      });
    }
    await sleep(1_000);
  }
}

/** Posts a task; resolves with its number and what posting cost. */
export async function post(api, signer, { model, input, maxPrice, deadline }) {
  const call = api.tx.tasks.post(model, `0x${Buffer.from(input).toString('hex')}`, maxPrice, deadline, inputHash(input));
  const { events, block } = await send(api, call, signer);
  const posted = find(events, api.events.tasks.TaskPosted);
  const paid = find(events, api.events.transactionPayment.TransactionFeePaid);
  return { task: posted.data.task.toBigInt(), fee: paid.data.actualFee.toBigInt(), block };
}

/** Milliseconds between two looks at the chain. */
const LOOK = 250;

/** Follows the finalized blocks, which no re-org takes back, until `pick` returns something for one event. */
export async function watch(api, pick, { timeout = 120_000, from } = {}) {
  const state = { over: false };
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const remedy = api.isConnected ? 'wait longer' : 'the connection to the node is lost, so look whether it runs';
      reject(new Error(`nothing came within ${timeout / 1000} s: ${remedy}`));
    }, timeout);
  });
  try {
    return await Promise.race([follow(api, pick, from, state), late]);
  } finally {
    clearTimeout(timer);
    state.over = true;
  }
}

/** Looks at block after block; goes on where it was once a lost connection is back. */
async function follow(api, pick, from, state) {
  for (let next = from; !state.over; await sleep(LOOK)) {
    if (!api.isConnected) continue;
    try {
      const head = (await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead())).number.toNumber();
      for (next ??= head; next <= head && !state.over; next += 1) {
        const at = await api.at(await api.rpc.chain.getBlockHash(next));
        for (const { event } of await at.query.system.events()) {
          const picked = pick(event, next);
          if (picked !== undefined) return picked;
        }
      }
    } catch (error) {
      if (!isLost(error)) throw error;
    }
  }
  return undefined;
}

/** Waits until a task is settled or refunded. */
export function outcome(api, task, options) {
  const same = (event) => event.data.task?.toBigInt() === task;
  const history = [];
  return watch(
    api,
    (event, block) => {
      if (api.events.tasks.TaskLeased.is(event) && same(event)) {
        history.push({
          kind: 'leased',
          block,
          miner: event.data.miner.toString(),
          price: event.data.price.toBigInt(),
          rent: event.data.rent.toBigInt(),
          due: event.data.due.toNumber(),
        });
      } else if (api.events.tasks.LeaseFailed.is(event) && same(event)) {
        history.push({ kind: 'failed', block, miner: event.data.miner.toString(), reason: event.data.reason.toString() });
      } else if (api.events.tasks.TaskSettled.is(event) && same(event)) {
        const { miner, paid, burned, fee, retention, returned, output } = event.data;
        return {
          kind: 'settled',
          block,
          history,
          miner: miner.toString(),
          paid: paid.toBigInt(),
          burned: burned.toBigInt(),
          fee: fee.toBigInt(),
          retention: retention.toBigInt(),
          returned: returned.toBigInt(),
          output: Buffer.from(output.toU8a(true)),
        };
      } else if (api.events.tasks.TaskRefunded.is(event) && same(event)) {
        const { rent, retention, why } = event.data;
        return { kind: 'refunded', block, history, rent: rent.toBigInt(), retention: retention.toBigInt(), why: why.toString() };
      }
      return undefined;
    },
    options,
  );
}

/** What the chain keeps of an ended task: each part of its bill, planck. Some parts are missing if nobody executed it. */
export async function fate(api, task) {
  const { end } = (await api.query.tasks.fates(task)).unwrap();
  const parts = ['paid', 'burned', 'fee', 'retention', 'returned', 'rent', 'posting', 'compensation'];
  return Object.fromEntries(parts.map((name) => [name, end.value[name]?.toBigInt() ?? 0n]));
}

/** Bytes of the trace with which a task was settled in a block. */
export async function submittedBytes(api, block, task) {
  const signed = await api.rpc.chain.getBlock(await api.rpc.chain.getBlockHash(block));
  const submission = signed.block.extrinsics
    .map(({ method }) => method)
    .find(({ section, method, args }) => section === 'tasks' && method === 'submit' && args[0].toBigInt() === task);
  return submission.args[3].length;
}

/** The digits' held-out inputs and labels. */
export function digits(folder, samples) {
  const input = readFileSync(`${folder}/heldout.bin`);
  const labels = readFileSync(`${folder}/heldout-labels.bin`);
  const count = samples ?? labels.length;
  return { input: input.subarray(0, count * 64), labels: [...labels.subarray(0, count)] };
}

/** An output of i32 in little-endian bytes, such as an arg max. */
export function integers(output) {
  return Array.from({ length: output.length / 4 }, (_, i) => output.readInt32LE(i * 4));
}
