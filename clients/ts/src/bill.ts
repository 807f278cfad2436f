// What a task has on hold while it's open, and what it cost once it ended, all in all.

import type { End, Task } from './views.js';

type OpenTask = Extract<Task, { kind: 'open' }>;

type AmountOf<T> = T extends unknown ? { [Name in keyof T]: T[Name] extends bigint ? Name : never }[keyof T] : never;

/** How often an amount counts in the bill. Each amount of an end has to be here, so that a new one can't be forgotten. */
const COUNTS: Record<AmountOf<End>, -1n | 0n | 1n> = {
  paid: 1n,
  burned: 1n,
  fee: 1n,
  retention: 1n,
  rent: 1n,
  posting: 1n,
  compensation: -1n,
  // It was on hold, and never left.
  returned: 0n,
};

/** All that an ended task cost its requester, planck: price, fees, rent and posting, less what a slash gave back of that. */
export function costOf(end: End): bigint {
  const amounts: Partial<Record<AmountOf<End>, bigint>> = end;
  const names = Object.keys(COUNTS) as Array<AmountOf<End>>;
  return names.reduce((sum, name) => sum + COUNTS[name] * (amounts[name] ?? 0n), 0n);
}

/** What an open task has on hold, planck, but for the rent that it owes for its wait by now. */
export const onHold = ({ ceiling, deposit, fee, retention }: OpenTask): bigint => ceiling + deposit + fee + retention;
