// What a transaction's events say of its success: the chain's own error, or one that a batch, sudo or a proxy swallowed.

import type { Chain } from './connection.js';
import { MillraceError } from './errors.js';

/** A variant as the metadata names it. */
export interface Variant {
  type: string;
  value: unknown;
}

/** An event of a block. */
export interface ChainEvent {
  pallet: string;
  name: string;
  /** Its fields, as the metadata names them. */
  data: Record<string, unknown>;
}

const isVariant = (value: unknown): value is Variant =>
  typeof value === 'object' && value !== null && typeof (value as Variant).type === 'string';

/** The calls of others' calls. Their events carry what went wrong inside, while the transaction itself succeeds. */
const WRAPPERS = new Set(['Utility', 'Sudo', 'Proxy', 'Multisig']);

/** The error inside an event of a wrapper. */
function innerError({ pallet, data }: ChainEvent): Variant | undefined {
  if (!WRAPPERS.has(pallet)) return undefined;
  for (const [field, value] of Object.entries(data)) {
    if (field === 'error' && isVariant(value)) return value;
    const result = value as { success?: boolean; value?: unknown } | null;
    if (/result$/.test(field) && result?.success === false && isVariant(result.value)) return result.value;
  }
  return undefined;
}

/** The error of a transaction with these events; undefined if all of it was done. */
export function failureOf(chain: Chain, events: ChainEvent[]): MillraceError | undefined {
  for (const event of events) {
    if (event.pallet === 'System' && event.name === 'ExtrinsicFailed') {
      return explain(chain, event.data.dispatch_error as Variant);
    }
    const inner = innerError(event);
    if (inner) {
      const error = explain(chain, inner);
      const index = event.name === 'BatchInterrupted' ? ` at call ${String(event.data.index)}, counted from 0` : '';
      return new MillraceError(error.code, `${event.pallet}.${event.name}${index}: ${error.sentence}`, error.remedy);
    }
  }
  return undefined;
}

/** What to do about errors that are no pallet's. */
const REMEDIES: Record<string, string> = {
  'Token.FundsUnavailable': 'Top the account up.',
  'Token.OnlyProvider': 'Leave the least balance on the account.',
  'Token.BelowMinimum': 'Send more: an account has a least balance.',
  'Token.Frozen': 'Free funds of the account first.',
  'Arithmetic.Underflow': 'Top the account up.',
  BadOrigin: 'Sign with the account that may do this.',
};
/** And about those of which nothing is said. */
const OTHERWISE = "Look the error up in the chain's documentation.";

/** The chain's error with the sentence of its documentation, and the remedy of its call's. */
export function explain(chain: Chain, error: Variant): MillraceError {
  if (error.type !== 'Module' || !isVariant(error.value)) {
    const detail = isVariant(error.value) ? `.${error.value.type}` : '';
    const code = `${error.type}${detail}`;
    return new MillraceError(code, `The chain refused it: ${code}`, REMEDIES[code] ?? OTHERWISE);
  }
  const { type: pallet, value } = error.value;
  const name = isVariant(value) ? value.type : '';
  const said = docsOf(chain, pallet, 'errors', name) || `${pallet}.${name}`;
  const remedy = remedyOf(chain, pallet, name);
  if (remedy) return new MillraceError(`${pallet}.${name}`, said, remedy);
  // Some errors say it themselves, behind what is wrong.
  const [, sentence = said, own = OTHERWISE] = /^(.*?\.) (.+)$/.exec(said) ?? [];
  return new MillraceError(`${pallet}.${name}`, sentence, own);
}

/** The documentation of a pallet's error or call. */
function docsOf(chain: Chain, pallet: string, kind: 'errors' | 'calls', name: string): string {
  return (
    variantsOf(chain, pallet, kind)
      .find((variant) => variant.name === name)
      ?.docs.map((line) => line.trim())
      .join(' ') ?? ''
  );
}

function variantsOf(chain: Chain, pallet: string, kind: 'errors' | 'calls'): Array<{ name: string; docs: string[] }> {
  const { metadata } = chain;
  const entry = metadata.pallets.find((each) => each.name === pallet)?.[kind];
  const id = typeof entry === 'number' ? entry : entry?.type;
  const definition = id === undefined ? undefined : metadata.lookup[id]?.def;
  return definition?.tag === 'variant' ? definition.value : [];
}

/** What the documentation of the pallet's calls says after an error's name. */
function remedyOf(chain: Chain, pallet: string, name: string): string {
  for (const call of variantsOf(chain, pallet, 'calls')) {
    const [, errors = ''] = call.docs
      .map((line) => line.trim())
      .join('\n')
      .split(/^# Errors$/m);
    const item = errors.split(/^- /m).find((text) => text.split(':')[0]?.includes('`') && names(text).includes(name));
    const remedy = item
      ?.slice(item.indexOf(': ') + 2)
      .replace(/\s+/g, ' ')
      .trim();
    if (item?.includes(': ') && remedy) return readable(remedy);
  }
  return '';
}

/** The errors that an item of the documentation is about. */
const names = (item: string): string[] =>
  [...(item.slice(0, item.indexOf(': ')).matchAll(/Error::(\w+)/g) ?? [])].map(([, name]) => name ?? '');

/** A sentence without the marks of the documentation's links. */
function readable(text: string): string {
  const plain = text.replace(/\[?`([^`]*)`\]?(\([^)]*\))?/g, '$1').replace(/\b(Call|Error)::/g, '');
  return plain.charAt(0).toUpperCase() + plain.slice(1).replace(/[;.]?$/, '.');
}
