// What a node's methods and the runtime answer, in the types of views.ts.

import { AMOUNTS } from './views.js';

/** What a node answers, with amounts as bigints. */
export function revive<T>(answer: unknown, amount = false): T {
  if (typeof answer === 'string') return (amount ? BigInt(answer) : answer) as T;
  if (Array.isArray(answer)) return answer.map((item) => revive(item, amount)) as T;
  if (typeof answer !== 'object' || answer === null) return answer as T;
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, revive(value, AMOUNTS.has(name))])) as T;
}

/** What the runtime answers, as a node's methods say it: fields in their names, and texts in place of bytes. */
export function asJson(value: unknown): unknown {
  if (value === undefined) return null;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [camel(name), asJson(field)]));
}
