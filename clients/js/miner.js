// What a miner's node signs and sends, from a script: for miners that don't run our node, and for tests.

import { blake2AsU8a } from '@polkadot/util-crypto';
import { compactToU8a, u8aConcat } from '@polkadot/util';

const text = (value) => new TextEncoder().encode(value);

/**
 * What `miners.register` and `miners.setMill` ask of a mill key: its signature over the account that it is to sign for,
 * without which anyone could register another's key. A running node answers `millrace_proveMill` with the same.
 */
export function proveMill(api, millKey, miner) {
  const who = api.createType('AccountId', miner).toU8a();
  return millKey.sign(u8aConcat(text('millrace/own'), api.genesisHash.toU8a(), who));
}

/** Name of a task's lease; undefined while it has none. */
export async function leaseDescriptor(api, task) {
  const record = (await api.query.tasks.tasks(task)).unwrapOr(undefined);
  if (!record?.state.isLeased) return undefined;
  const lease = record.state.asLeased;
  return blake2AsU8a(
    u8aConcat(
      text('millrace/lease'),
      api.createType('u64', task).toU8a(),
      lease.miner.toU8a(),
      record.model.toU8a(),
      record.inputHash.toU8a(),
      lease.since.toU8a(),
    ),
    256,
  );
}

/**
 * Submits a trace for a task's lease, signed by a mill key. The transaction has no sender: version 5, "general",
 * with every extension at its default.
 */
export async function submitTrace(api, millKey, task, trace) {
  const descriptor = await leaseDescriptor(api, task);
  if (!descriptor) throw new Error(`task ${task} isn't leased`);
  const genesis = api.genesisHash.toU8a();
  const hash = blake2AsU8a(trace, 256);
  const signature = millKey.sign(u8aConcat(text('millrace/submit'), genesis, descriptor, hash));
  // As hex: the api would take an array's first bytes for its length.
  const call = api.tx.tasks.submit(task, descriptor, hash, `0x${Buffer.from(trace).toString('hex')}`, signature).method.toU8a();
  // Version, extension version, immortal era, nonce 0, tip 0, no metadata hash.
  const transaction = u8aConcat([0x45, 0, 0, 0, 0, 0], call);
  const bytes = u8aConcat(compactToU8a(transaction.length), transaction);
  // Past the api's own types, which know signed and bare transactions only.
  return api._rpcCore.provider.send('author_submitExtrinsic', [`0x${Buffer.from(bytes).toString('hex')}`]);
}
