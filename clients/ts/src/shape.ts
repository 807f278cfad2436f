// Whether an array is a batch of a model's samples.

import { MillraceError } from './errors.js';

const product = (shape: number[]): number => shape.reduce((elements, axis) => elements * axis, 1);
const words = (shape: number[]): string => (shape.length ? shape.join(' × ') : 'no axes');

/**
 * How many samples an array is. Numbers in a row are samples one after the other. Otherwise the outermost axis is the batch,
 * or there is one sample without it; and each sample has the model's shape, or is itself numbers in a row.
 */
export function samplesOf(shape: number[], sample: number[]): number {
  const elements = product(sample);
  const [batch = 1, ...rest] = shape;
  if (batch === 0) throw bad('The batch has no sample', 'Give one at least.');
  if (shape.length === 1 && batch % elements === 0) return batch / elements;
  if (shape.length > 1 && agree(rest, sample)) return batch;
  if (shape.length !== 1 && agree(shape, sample)) return 1;
  throw bad(
    `The batch has the shape ${words(shape)}, and a sample of this model ${words(sample)}`,
    `Give samples of that shape one after the other, or ${elements} numbers in a row for each.`,
  );
}

/** How many samples so many bytes are. */
export function wholeSamples(length: number, sampleBytes: number): number {
  if (length > 0 && length % sampleBytes === 0) return length / sampleBytes;
  throw bad(
    `The batch has ${length} bytes, and a sample of this model ${sampleBytes}`,
    'Give one sample at least, and whole samples only.',
  );
}

const bad = (sentence: string, remedy: string) => new MillraceError('BadInput', sentence, remedy);

/** Whether two shapes of a sample have their elements in the same places. Axes of length 1 move none. */
function agree(one: number[], other: number[]): boolean {
  const [short, long] = [one, other].map((shape) => shape.filter((axis) => axis !== 1)) as [number[], number[]];
  if (product(short) !== product(long)) return false;
  return short.length < 2 || long.length < 2 || short.join() === long.join();
}
