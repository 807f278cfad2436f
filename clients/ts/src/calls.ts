// The few calls that this package signs. A test holds their arguments and types against a running node's metadata.

import type { ChainMetadata } from './metadata.js';
import type { Signable } from './send.js';
import type { Hash } from './views.js';

export interface Calls {
  Tasks: {
    post: { model: Hash; input: Uint8Array; max_price: bigint; deadline: number; input_hash: Hash | undefined };
    cancel: { task: bigint };
  };
  Models: {
    register: { encoding: Uint8Array; metadata: ChainMetadata | undefined };
    describe: { model: Hash; metadata: ChainMetadata | undefined };
    retire: { model: Hash };
    remove: { model: Hash };
  };
  Miners: {
    register: { mill: Hash; proof: Hash; ask: bigint; rates: bigint[]; models: Hash[] };
    offer: { ask: bigint; rates: bigint[]; models: Hash[] };
    resume: undefined;
  };
  Rewards: { claim: { round: number; miner: string } };
  Utility: { force_batch: { calls: unknown[] } };
}

/** A call that can be signed, or put into another. */
export interface Call extends Signable {
  decodedCall: unknown;
}

/** The part of polkadot-api's untyped api that makes calls. */
export type CallsApi = {
  [Pallet in keyof Calls]: { [Name in keyof Calls[Pallet]]: (args?: Calls[Pallet][Name]) => Call };
};
