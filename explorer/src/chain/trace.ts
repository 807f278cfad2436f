// A task's trace, out of the transaction that brought it: the accumulators that the chain checked.

import { getDynamicBuilder, getLookupFn } from '@polkadot-api/metadata-builders';
import { decAnyMetadata, Struct, u8, unifyMetadata } from '@polkadot-api/substrate-bindings';

import { fromHex } from '../format';
import type { Storage } from './storage';

/** One operator's accumulators of a batch. */
export interface Layer {
  /** Bits of an accumulator, as they are packed. */
  width: number;
  values: number[];
}

export interface Trace {
  bytes: Uint8Array;
  layers: Layer[];
}

interface Profile {
  layers: { n: number; columns: number }[];
}

/** The first byte of a transaction that nobody signed: general, version 5. */
const GENERAL = 0x45;

interface Call {
  type: string;
  value: { type: string; value: Record<string, unknown> };
}

/** What reads the call of a general transaction. */
async function callReader(storage: Storage, block: string): Promise<(extrinsic: Uint8Array) => Call | undefined> {
  const metadata = unifyMetadata(decAnyMetadata(await storage.request<string>('state_getMetadata', block)));
  const lookup = getLookupFn(metadata);
  const { buildDefinition } = getDynamicBuilder(lookup);
  const call = buildDefinition(lookup.call!);
  return (extrinsic) => {
    // A length comes first: one, two or four bytes. A copy, because codecs read an array's buffer from its beginning.
    const body = extrinsic.slice([1, 2, 4][extrinsic[0]! & 3] ?? extrinsic.length);
    const extensions = metadata.extrinsic.signedExtensions[body[1]!];
    if (body[0] !== GENERAL || !extensions) return undefined;
    const parts = extensions.map(({ identifier, type }) => [identifier, buildDefinition(type)] as const);
    return (Struct({ kind: u8, version: u8, ...Object.fromEntries(parts), call }).dec(body) as { call: unknown }).call as Call;
  };
}

/** Whole numbers of `width` bits each, two's complement, the lowest bits first. */
export function unpack(packed: Uint8Array, width: number, count: number): number[] {
  const [whole, half] = [1n << BigInt(width), 1n << BigInt(width - 1)];
  const values: number[] = [];
  let [held, bits, at] = [0n, 0, 0];
  while (values.length < count) {
    while (bits < width) {
      held |= BigInt(packed[at++] ?? 0) << BigInt(bits);
      bits += 8;
    }
    const value = held % whole;
    held /= whole;
    bits -= width;
    values.push(Number(value < half ? value : value - whole));
  }
  return values;
}

/** Parts a trace into the operators' accumulators: each begins with its width. */
export function readTrace(bytes: Uint8Array, counts: number[]): Layer[] {
  let at = 0;
  return counts.map((count) => {
    const width = bytes[at]!;
    const size = Math.ceil((count * width) / 8);
    const values = unpack(bytes.subarray(at + 1, at + 1 + size), width, count);
    at += 1 + size;
    return { width, values };
  });
}

const asBytes = (value: unknown): Uint8Array => (typeof value === 'string' ? fromHex(value) : (value as Uint8Array));

/** The trace with which a task was settled in a block; undefined if the node doesn't have that block any more. */
export async function traceOf(
  storage: Storage,
  task: number,
  model: string,
  samples: number,
  block: number,
): Promise<Trace | undefined> {
  const hash = await storage.request<string | null>('chain_getBlockHash', block);
  if (!hash) return undefined;
  const signed = await storage.request<{ block: { extrinsics: string[] } } | null>('chain_getBlock', hash);
  if (!signed) return undefined;
  const read = await callReader(storage, hash);
  for (const extrinsic of signed.block.extrinsics) {
    const { type: pallet, value: call } = read(fromHex(extrinsic)) ?? {};
    if (pallet !== 'Tasks' || call?.type !== 'submit' || Number(call.value.task) !== task) continue;
    const bytes = asBytes(call.value.trace);
    const [record] = await storage.values<{ profile: Profile }>('Models', 'Models', [model]);
    const counts = (record?.profile.layers ?? []).map(({ n, columns }) => n * columns * samples);
    return { bytes, layers: readTrace(bytes, counts) };
  }
  return undefined;
}
