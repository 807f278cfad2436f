// What the command line's words mean.

import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { type Account, accountFromPhrase, devAccount } from '../accounts.js';
import { MillraceError } from '../errors.js';
import type { Quantization } from '../input.js';
import { parseMetadata } from '../metadata.js';
import { modelId } from '../millrace.js';
import type { Hash, Metadata } from '../views.js';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

const OPTIONS = {
  url: { type: 'string', default: 'ws://127.0.0.1:9944' },
  signer: text,
  'signer-file': text,
  account: text,
  timeout: text,
  json: flag,
  help: { ...flag, short: 'h' },
  'max-price': text,
  blocks: text,
  deadline: text,
  'no-wait': flag,
  scale: text,
  'zero-point': text,
  'output-scale': text,
  'output-zero-point': text,
  output: text,
  metadata: text,
  'no-metadata': flag,
  cursor: text,
  count: text,
} as const;

export type Values = ReturnType<typeof parse>['values'];

export const usage = (sentence: string, remedy = 'See --help.') => new MillraceError('Usage', sentence, remedy);

/** Reads the words of a command line. */
export function parse(argv: string[]) {
  // A zero point may begin with a minus, which would be taken for another option.
  const args: string[] = [];
  for (const arg of argv) {
    if (/^--(output-)?zero-point$/.test(args.at(-1) ?? '')) args.push(`${args.pop()}=${arg}`);
    else args.push(arg);
  }
  try {
    return parseArgs({ args, allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

/** A whole number of an option or operand; undefined if it isn't given. */
export function whole(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) throw usage(`${name} must be a whole number, not ${value}`);
  return number;
}

/** Milliseconds that a wait may take, as --timeout says. */
export const timeout = ({ timeout: given }: Values): { timeout?: number } => {
  const seconds = whole('--timeout', given);
  return seconds === undefined ? {} : { timeout: seconds * 1000 };
};

/** An amount of planck of an option. */
export function planck(name: string, value: string | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) throw usage(`${name} must be a whole number of planck, not ${value}`);
  return BigInt(value);
}

/** A scale and a zero point; undefined if neither is given. */
export function quantization(values: Values, prefix: '' | 'output-'): Quantization | undefined {
  const [scale, zeroPoint] = [values[`${prefix}scale`], values[`${prefix}zero-point`]];
  if (scale === undefined && zeroPoint === undefined) return undefined;
  if (scale === undefined || zeroPoint === undefined) throw usage(`--${prefix}scale and --${prefix}zero-point go together`);
  return { scale: Number(scale), zeroPoint: Number(zeroPoint) };
}

/** Who signs. */
export function signer(values: Values): Account {
  if (values['signer-file']) return accountFromPhrase(read(values['signer-file']).toString().trim());
  if (values.signer === undefined) {
    throw usage(
      'Somebody has to sign',
      'Give --signer-file with the secret phrase, or a development account such as --signer //Bob.',
    );
  }
  return values.signer.startsWith('/') ? devAccount(values.signer) : accountFromPhrase(values.signer);
}

/** An account's address, given as such or as the path of a development account. */
export const address = (word: string): string => (word.startsWith('/') ? devAccount(word).address : word);

/** The bytes of a file. */
export function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw usage(`I can't read ${file}: ${reasonOf(error)}`, 'Give the path of a file.');
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether the output's file can be written, before anything is paid for it. */
export function checkOutput({ output }: Values): void {
  if (output === undefined) return;
  try {
    closeSync(openSync(output, 'a'));
  } catch (error) {
    throw usage(`I can't write ${output}: ${reasonOf(error)}`, 'Give --output a path that can be written.');
  }
}

/** Writes the output's file, if one is named; says why it can't be written, and what to do. */
export function unwritten({ output }: Values, bytes: Uint8Array, remedy: string): MillraceError | undefined {
  if (output === undefined) return undefined;
  try {
    writeFileSync(output, bytes);
    return undefined;
  } catch (error) {
    return new MillraceError('Usage', `I can't write ${output}: ${reasonOf(error)}`, remedy);
  }
}

/** The metadata of a file. */
export const metadataOf = (file: string): Metadata => parseMetadata(read(file).toString());

/** The file of the metadata to register a model with: the one that is named, or the one beside the model; null for none. */
export function metadataFile(file: string, { metadata, 'no-metadata': without }: Values): string | null {
  if (metadata !== undefined && without) throw usage('--metadata and --no-metadata exclude each other');
  if (metadata !== undefined || without) return metadata ?? null;
  const beside = `${file.replace(/\.millrace$/, '')}.metadata.json`;
  return existsSync(beside) ? beside : null;
}

/** A model's name, given as such or as its file. */
export const model = (word: string): Hash =>
  /^0x[0-9a-f]{64}$/i.test(word) ? (word.toLowerCase() as Hash) : modelId(read(word));
