// Whether arguments are what they should be: a node that decodes them, or a chain that is paid for it, says less.

import { MillraceError } from './errors.js';
import type { Hash } from './views.js';

/** The largest number of so many bits. */
const most = (bits: bigint): bigint => (1n << bits) - 1n;
const [U32, U128] = [most(32n), most(128n)];

const bad = (sentence: string, remedy: string) => new MillraceError('BadArguments', sentence, remedy);

/** A model's name, in the case that the chain writes it. */
export function modelName(model: Hash): Hash {
  if (/^0x[0-9a-f]{64}$/i.test(model)) return model.toLowerCase() as Hash;
  throw bad(`'${model}' is no name of a model`, 'Give 0x and 64 digits, as modelId(encoding) does.');
}

/** A task's number. */
export function taskNumber(task: number): number {
  if (Number.isSafeInteger(task) && task >= 0) return task;
  throw bad(`${task} is no number of a task`, 'Give a whole number, as post() does.');
}

/** A number of blocks, or of one. `what` begins the sentence. */
export function block(what: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0 && value <= U32) return value;
  throw bad(`${what} is ${value}`, `Give a whole number from 0 to ${U32}.`);
}

/** Planck, or a rate. `what` begins the sentence. */
export function amount(what: string, value: bigint): bigint {
  if (typeof value === 'bigint' && value >= 0n && value <= U128) return value;
  throw bad(`${what} is ${value}`, 'Give a whole number that is not negative, as a bigint.');
}
