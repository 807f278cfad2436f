// What an output means: the label of each sample, and its numbers.

import { fromHex } from 'polkadot-api/utils';

import { MillraceError } from './errors.js';
import type { Hash, Metadata, Model } from './views.js';

/** What a model says of a sample. */
export interface Answer {
  /** What the class is called; null if the classes have no labels. */
  label: string | null;
  /** The label's index: the output itself, or where the highest score is, the first of equal ones. */
  index: number | null;
  /** The output in real numbers, row-major: a score for each label, if there are labels. Null if the output is an index. */
  scores: number[] | null;
}

/** What an output means by the model's metadata, for each sample. With metadata alone, say how many samples it is of. */
export function answers(model: Pick<Model, 'metadata' | 'sizes'>, output: Uint8Array | Hash): Answer[];
export function answers(metadata: Metadata, output: Uint8Array | Hash, samples: number): Answer[];
export function answers(of: Pick<Model, 'metadata' | 'sizes'> | Metadata, output: Uint8Array | Hash, samples?: number): Answer[] {
  const bytes = typeof output === 'string' ? fromHex(output) : output;
  if (!('sizes' in of)) return read(of, bytes, samples ?? 0);
  if (of.metadata) return read(of.metadata, bytes, bytes.length / of.sizes.outputBytes);
  throw bad(
    'The model has no metadata, so nothing says what its output means',
    "Read the bytes with integers() or dequantize(), or let the model's owner describe it.",
  );
}

/** The elements of an output, a list for each sample: indices of labels, or the integers that stand for real numbers. */
export function elements(metadata: Metadata, output: Uint8Array, samples: number): number[][] {
  const count = metadata.output.shape.reduce((product, axis) => product * axis, 1);
  const width = output.length / samples / count;
  if (!Number.isInteger(samples) || !(width in WIDTHS)) {
    throw bad(
      `${output.length} bytes can't be ${samples} outputs of ${count} elements`,
      'Take the metadata of the model that was executed, and the whole output.',
    );
  }
  const [signed, unsigned] = WIDTHS[width as keyof typeof WIDTHS];
  const get = isIndex(metadata, count) ? unsigned : signed;
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  return Array.from({ length: samples }, (_, sample) =>
    Array.from({ length: count }, (_, element) => view[get]((sample * count + element) * width, true)),
  );
}

/** How elements of so many bytes are read: signed, and as indices. */
const WIDTHS = {
  1: ['getInt8', 'getUint8'],
  2: ['getInt16', 'getUint16'],
  4: ['getInt32', 'getUint32'],
} as const;

const bad = (sentence: string, remedy: string) => new MillraceError('BadInput', sentence, remedy);

const isIndex = ({ labels }: Metadata, count: number): boolean => count === 1 && labels.length > 0;

function read(metadata: Metadata, output: Uint8Array, samples: number): Answer[] {
  const { labels } = metadata;
  const { scale, zeroPoint } = metadata.output;
  const labelled = (index: number) => ({ label: labels[index] ?? null, index });
  return elements(metadata, output, samples).map((sample) => {
    const [first = 0] = sample;
    if (isIndex(metadata, sample.length)) return { ...labelled(first), scores: null };
    const scores = sample.map((element) => (element - zeroPoint) * Number(scale));
    if (sample.length !== labels.length) return { label: null, index: null, scores };
    const highest = sample.reduce((best, element, i) => (element > (sample[best] ?? 0) ? i : best), 0);
    return { ...labelled(highest), scores };
  });
}
