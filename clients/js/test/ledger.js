// What hardware wallets need: transactions that are signed with the hash of the metadata, on a chain whose runtime was built
// with it. `scripts/ledger.sh` builds that runtime and runs this.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';

import { u8aToHex } from '@polkadot/util';
import { blake2AsHex } from '@polkadot/util-crypto';
import { merkleizeMetadata } from '@polkadot-api/merkleize-metadata';

import { account, modelId, UNIT } from '../client.js';
import { startNode, stopAll } from './node.js';

const digits = new URL('../../../models/digits/', import.meta.url);
const BOB = account('//Bob');

/** What a wallet asks a node for: the metadata, and what the chain and its token are called. */
async function readChain(api) {
  const metadata = (await api.call.metadata.metadataAtVersion(15)).unwrap().toU8a(true);
  const { ss58Format, tokenDecimals, tokenSymbol } = await api.rpc.system.properties();
  const { specName, specVersion } = await api.rpc.state.getRuntimeVersion();
  const info = {
    base58Prefix: ss58Format.unwrap().toNumber(),
    decimals: tokenDecimals.unwrap()[0].toNumber(),
    specName: specName.toString(),
    specVersion: specVersion.toNumber(),
    tokenSymbol: tokenSymbol.unwrap()[0].toString(),
  };
  return { metadata, info };
}

/** Signs a call as a hardware wallet does, with the hash of the metadata among what is signed. */
async function sign(api, call, metadataHash) {
  const nonce = await api.rpc.system.accountNextIndex(BOB.address);
  return call.signAsync(BOB, { nonce, era: 0, mode: 1, metadataHash: u8aToHex(metadataHash) });
}

/** Sends a transaction; resolves with its events and what its block holds of it. */
async function include(api, transaction) {
  const { at, events } = await new Promise((resolve, reject) => {
    transaction
      .send(({ status, events, dispatchError }) => {
        if (dispatchError) reject(new Error(dispatchError.toString()));
        if (status.isInBlock) resolve({ at: status.asInBlock, events });
        if (status.isFinalized) resolve({ at: status.asFinalized, events });
      })
      .catch(reject);
  });
  const { block } = await api.rpc.chain.getBlock(at);
  return { events, found: block.extrinsics.find((each) => each.hash.eq(transaction.hash)) };
}

describe('a runtime that was built with the hash of its metadata', () => {
  let node;
  let api;
  let chain;
  let merkle;
  before(async () => {
    const spec = process.env.MILLRACE_CHAIN;
    assert.ok(spec, 'MILLRACE_CHAIN names no chain specification: run scripts/ledger.sh, which makes one');
    node = await startNode({ chain: spec });
    api = node.api;
    chain = await readChain(api);
    merkle = merkleizeMetadata(chain.metadata, chain.info);
  });
  after(async () => {
    await stopAll();
    node?.remove();
  });

  it('takes a transfer that is signed with it', async () => {
    const transfer = api.tx.balances.transferKeepAlive(account('//Dave').address, UNIT);
    const transaction = await sign(api, transfer, merkle.digest());
    // With this a device decodes what it signs, and checks that the hash is the root of it.
    assert.ok(merkle.getProofForExtrinsic(transaction.toHex()).length > 0);
    const { events, found } = await include(api, transaction);
    assert.equal(found.mode.toNumber(), 1);
    assert.ok(events.some(({ event }) => api.events.balances.Transfer.is(event) && event.data.amount.eq(UNIT)));
  });

  it('takes a task that is signed with it', async () => {
    const model = modelId(readFileSync(new URL('digits.millrace', digits)));
    const input = readFileSync(new URL('heldout.bin', digits)).subarray(0, 64);
    const deadline = (await api.query.system.number()).toNumber() + 100;
    const post = api.tx.tasks.post(model, `0x${input.toString('hex')}`, UNIT, deadline, blake2AsHex(input, 256));
    const transaction = await sign(api, post, merkle.digest());
    assert.ok(merkle.getProofForExtrinsic(transaction.toHex()).length > 0);
    const { events, found } = await include(api, transaction);
    assert.equal(found.mode.toNumber(), 1);
    assert.ok(events.some(({ event }) => api.events.tasks.TaskPosted.is(event) && event.data.requester.eq(BOB.publicKey)));
  });

  it('refuses another hash', async () => {
    const remark = api.tx.system.remarkWithEvent('0x01');
    const other = merkleizeMetadata(chain.metadata, { ...chain.info, decimals: 10 });
    assert.notDeepEqual(other.digest(), merkle.digest());
    await assert.rejects(include(api, await sign(api, remark, other.digest())), /1010: Invalid Transaction.*bad signature/);
    // It was the hash, since the same call with the right one is taken.
    await include(api, await sign(api, remark, merkle.digest()));
  });
});
