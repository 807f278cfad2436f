// What the arguments of the package's calls are: the compiler holds this against their types, and a test against a node's metadata.

import { getLookupFn } from '@polkadot-api/metadata-builders';
import { decAnyMetadata, unifyMetadata } from '@polkadot-api/substrate-bindings';

import type { Calls } from '../src/calls.js';
import type { Hash } from '../src/index.js';

/** What polkadot-api takes for an argument. `hex` is an array of bytes whose length is fixed, `call` any call of the chain. */
type Shape =
  | 'number'
  | 'bigint'
  | 'bytes'
  | 'hex'
  | 'address'
  | 'call'
  | { list: Shape }
  | { optional: Shape }
  | { [field: string]: Shape };

/** The shape that a type of TypeScript has. */
type ShapeOf<T> = unknown extends T
  ? 'call'
  : undefined extends T
    ? { optional: ShapeOf<Exclude<T, undefined>> }
    : T extends number
      ? 'number'
      : T extends bigint
        ? 'bigint'
        : T extends Hash
          ? 'hex'
          : T extends string
            ? 'address'
            : T extends Uint8Array
              ? 'bytes'
              : T extends Array<infer Item>
                ? { list: ShapeOf<Item> }
                : { [Field in keyof T]: ShapeOf<T[Field]> };

/** The shapes of a call's arguments; a call without arguments has none. */
type ShapesOf<Arguments> = Arguments extends undefined
  ? Record<never, never>
  : { [Name in keyof Arguments]: ShapeOf<Arguments[Name]> };

const tensor = { shape: { list: 'number' }, meaning: 'bytes', scale: 'bytes', zero_point: 'number' } as const;
const metadata = {
  optional: { name: 'bytes', licence: 'bytes', input: tensor, output: tensor, labels: { list: 'bytes' } },
} as const;
const offer = { ask: 'bigint', rates: { list: 'bigint' }, models: { list: 'hex' } } as const;

/** Of each call, its arguments. */
export const SHAPES: { [Pallet in keyof Calls]: { [Call in keyof Calls[Pallet]]: ShapesOf<Calls[Pallet][Call]> } } = {
  Tasks: {
    post: { model: 'hex', input: 'bytes', max_price: 'bigint', deadline: 'number', input_hash: { optional: 'hex' } },
    cancel: { task: 'bigint' },
  },
  Models: {
    register: { encoding: 'bytes', metadata },
    describe: { model: 'hex', metadata },
    retire: { model: 'hex' },
    remove: { model: 'hex' },
  },
  Miners: { register: { mill: 'hex', proof: 'hex', ...offer }, offer, resume: {} },
  Rewards: { claim: { round: 'number', miner: 'address' } },
  Utility: { force_batch: { calls: { list: 'call' } } },
};

/** The shapes of a call's arguments as a chain's metadata have them. */
export function shapesIn(encoded: Uint8Array): (pallet: string, name: string) => Record<string, Shape> {
  const metadata = unifyMetadata(decAnyMetadata(encoded));
  const lookup = getLookupFn(metadata);
  const shape = (entry: ReturnType<typeof lookup>): Shape => {
    if (entry.id === lookup.call) return 'call';
    switch (entry.type) {
      case 'AccountId32':
        return 'address';
      case 'primitive':
        if (/^[iu](8|16|32)$/.test(entry.value)) return 'number';
        if (/^[iu](64|128|256)$/.test(entry.value)) return 'bigint';
        break;
      case 'compact':
        return entry.isBig ? 'bigint' : 'number';
      case 'array':
        if (isByte(entry.value)) return 'hex';
        break;
      case 'sequence':
        return isByte(entry.value) ? 'bytes' : { list: shape(entry.value) };
      case 'option':
        return { optional: shape(entry.value) };
      case 'struct':
        return shapes(entry.value);
    }
    throw new Error(`no argument of this package is of the metadata's type ${entry.id}, ${entry.type}: add it to shapes.ts`);
  };
  const isByte = (entry: ReturnType<typeof lookup>) => entry.type === 'primitive' && entry.value === 'u8';
  const shapes = (fields: Record<string, ReturnType<typeof lookup>>): Record<string, Shape> =>
    Object.fromEntries(Object.entries(fields).map(([name, entry]) => [name, shape(entry)]));
  return (pallet, name) => {
    const id = metadata.pallets.find((each) => each.name === pallet)?.calls;
    const calls = lookup(typeof id === 'number' ? id : (id?.type ?? -1));
    const call = calls.type === 'enum' ? calls.value[name] : undefined;
    if (call?.type === 'void') return {};
    if (call?.type !== 'struct') throw new Error(`the metadata have no call ${pallet}.${name}`);
    return shapes(call.value);
  };
}
