// Whether a transaction fits a block, and how many of its calls do.

import { fromHex } from 'polkadot-api/utils';

import type { Chain } from './connection.js';
import { MillraceError } from './errors.js';

/** Bytes at most that a transaction has beside its call: its length, signer, signature, era, number, tip and the like. */
const SIGNED = 160;

/** How many calls a transaction makes, decoded as polkadot-api has it: a batch those within, any other one. */
export function callsIn(decoded: unknown): number {
  const call = decoded as { type?: string; value?: { value?: { calls?: unknown } } } | undefined;
  const calls = call?.value?.value?.calls;
  return call?.type === 'Utility' && Array.isArray(calls) ? Math.max(calls.length, 1) : 1;
}

/** Bytes that a block has for transactions of users. */
export function roomOf({ metadata, builder }: Chain): number {
  const pallet = metadata.pallets.find(({ name }) => name === 'System');
  const constant = pallet?.constants.find(({ name }) => name === 'BlockLength');
  if (!constant) throw new MillraceError('Runtime', "The chain doesn't say how long a block may be", 'Update this package.');
  const codec = builder.buildConstant('System', 'BlockLength');
  return (codec.dec(fromHex(constant.value)) as { max: { normal: number } }).max.normal;
}

/** Why a transaction of so many calls that take so many bytes doesn't fit a block with so much room; undefined if its length does. */
export function tooLong(bytes: number, calls: number, room: number): MillraceError | undefined {
  if (bytes + SIGNED <= room) return undefined;
  const each = Math.ceil(bytes / calls);
  const fit = Math.floor((room - SIGNED) / each);
  return new MillraceError(
    'TooLarge',
    `The transaction takes ${bytes + SIGNED} bytes, and a block has room for ${room}`,
    fit > 0 ? `A block takes ${fit} of such calls of ${each} bytes: send no more at once.` : 'Make the call shorter.',
  );
}

/** What to say when a node finds that a transaction takes too much of a block although its length fits. */
export function tooHeavy(calls: number, cause: unknown): MillraceError {
  return new MillraceError(
    'TooLarge',
    `The node refused the transaction: its ${calls === 1 ? 'call takes' : `${calls} calls take`} more time than a block has`,
    calls === 1 ? 'Ask for less in one call.' : `Send ${Math.floor(calls / 2)} of them at once, or fewer.`,
    cause,
  );
}
