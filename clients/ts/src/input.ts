// How a batch becomes the bytes that a model takes: bytes as they are, real numbers and images by scale and zero point.

import { MillraceError } from './errors.js';
import type { NpyArray } from './npy.js';
import { samplesOf } from './shape.js';
import type { Metadata } from './views.js';

/** How real numbers become bytes: `round(real / scale) + zeroPoint`, as `millrace-model import` prints them. */
export interface Quantization {
  /** Positive. */
  scale: number;
  /** From -128 to 127. */
  zeroPoint: number;
}

/** What a canvas gives: four bytes a pixel, red, green, blue and alpha. */
export interface Image {
  data: Uint8ClampedArray | Uint8Array;
  width: number;
  height: number;
}

export interface ImageOptions {
  /** 1 for grey, 3 for red, green and blue, one plane after the other; 1 by default. */
  channels?: 1 | 3;
  /** Each channel's pixel, from 0 to 1, becomes `(pixel - mean) / deviation`; 0 and 1 by default. */
  mean?: number | number[];
  deviation?: number | number[];
}

export type Bytes = Uint8Array | Int8Array | Uint8ClampedArray;
export type Reals = Float32Array | Float64Array | number[];

/** A batch: one byte an element, or real numbers that become one by a quantization or by the model's metadata. */
export type Batch = Bytes | Reals | NpyArray | Image | Image[];

export interface BatchOptions {
  /** In place of what the model's metadata say. */
  quantization?: Quantization | undefined;
  image?: ImageOptions | undefined;
}

/** A batch's numbers, and the shape in which they come. */
interface Numbers {
  shape: number[];
  data: Reals;
}

/** Whether a batch needs a quantization, or the model's metadata. */
export const isReal = (batch: Batch): boolean => !isBytes(dataOf(batch));

/** The bytes to post. They are sent as they are: nothing is taken for a length. */
export function batchBytes(
  batch: Batch,
  { quantization, image = {}, metadata }: BatchOptions & { metadata?: Metadata | null } = {},
): Uint8Array {
  const data = dataOf(batch);
  if (isBytes(data)) {
    if (quantization) throw bad('The batch holds bytes already', 'Leave the quantization out, or give real numbers.');
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  const numbers = numbersOf(batch as Exclude<Batch, Bytes>, image);
  if (quantization) return quantize(numbers.data, quantization);
  if (metadata) {
    samplesOf(numbers.shape, metadata.input.shape);
    return rounded(numbers.data, inputsOf(metadata));
  }
  throw bad(
    'The batch holds real numbers or pixels, and the model has no metadata to say how they become bytes',
    'Give quantization: { scale, zeroPoint } (with the program --scale and --zero-point), as `millrace-model import` printed ' +
      "them; or give bytes; or let the model's owner describe it.",
  );
}

/** How real inputs become bytes by a model's metadata. */
function inputsOf({ input: { scale, zeroPoint } }: Metadata): Quantization {
  const number = Number(scale);
  if (number > 0 && number < Number.POSITIVE_INFINITY) return { scale: number, zeroPoint };
  throw bad(
    `The model's metadata have the scale ${scale}, which no floating-point number holds`,
    'Give bytes, or a quantization of your own.',
  );
}

const bad = (sentence: string, remedy: string) => new MillraceError('BadInput', sentence, remedy);

/** An array's elements; any other batch as it is. */
const dataOf = (batch: Batch): Exclude<Batch, NpyArray> => ('shape' in batch ? batch.data : batch);

const isBytes = (batch: Batch): batch is Bytes =>
  batch instanceof Uint8Array || batch instanceof Int8Array || batch instanceof Uint8ClampedArray;

const isReals = (batch: Batch): batch is Reals =>
  batch instanceof Float32Array || batch instanceof Float64Array || (Array.isArray(batch) && typeof batch[0] !== 'object');

function numbersOf(batch: Exclude<Batch, Bytes>, options: ImageOptions): Numbers {
  if ('shape' in batch) {
    const { shape, data } = batch;
    const fits = shape.reduce((product, axis) => product * axis, 1) === data.length;
    if (!fits)
      throw bad(`The array has ${data.length} numbers, and the shape ${shape.join(' × ')}`, 'Give as many as the shape takes.');
    return { shape, data: data as Reals };
  }
  if (isReals(batch)) return { shape: [batch.length], data: batch };
  return pixels(Array.isArray(batch) ? batch : [batch], options);
}

/** Real numbers as a model's bytes, two's complement. */
export function quantize(reals: ArrayLike<number>, { scale, zeroPoint }: Quantization): Uint8Array {
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) throw bad(`The scale is ${scale}`, 'Give a positive number.');
  if (!Number.isInteger(zeroPoint) || zeroPoint < -128 || zeroPoint > 127) {
    throw bad(`The zero point is ${zeroPoint}`, 'Give a whole number from -128 to 127.');
  }
  return rounded(reals, { scale, zeroPoint });
}

/** The same with any zero point: metadata may have one beyond the bytes, for numbers that are far from zero. */
const rounded = (reals: ArrayLike<number>, { scale, zeroPoint }: Quantization): Uint8Array =>
  Uint8Array.from(reals, (real, i) => {
    if (!Number.isFinite(real)) throw bad(`Element ${i} of the batch is ${real}`, 'Replace NaN and infinity by numbers.');
    return Math.max(-128, Math.min(127, roundEven(real / scale) + zeroPoint)) & 255;
  });

/** A model's bytes as real numbers. */
export const dequantize = (bytes: Uint8Array, { scale, zeroPoint }: Quantization): Float32Array =>
  Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length), (byte) => (byte - zeroPoint) * scale);

/** An output of little-endian 32-bit integers, such as the indices of an arg max. */
export function integers(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getInt32(i * 4, true));
}

/** The integer nearest to a number, halves to even as ONNX rounds. */
const roundEven = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/** How bright red, green and blue are (ITU-R BT.601). */
const BRIGHTNESS = [0.299, 0.587, 0.114];

/** Images as real numbers, plane after plane; what is transparent is as dark as it is transparent. */
function pixels(images: Image[], { channels = 1, mean = 0, deviation = 1 }: ImageOptions): Numbers {
  const parts = images.map(({ data, width, height }) => {
    const size = width * height;
    if (data.length !== 4 * size)
      throw bad(`An image of ${width} × ${height} has ${data.length} bytes`, 'Give four bytes a pixel.');
    const colour = (pixel: number, channel: number) => ((data[4 * pixel + channel] ?? 0) * (data[4 * pixel + 3] ?? 0)) / 65_025;
    const grey = (pixel: number) => BRIGHTNESS.reduce((sum, part, channel) => sum + part * colour(pixel, channel), 0);
    return Float32Array.from({ length: channels * size }, (_, i) => {
      const channel = Math.floor(i / size);
      const value = channels === 1 ? grey(i) : colour(i % size, channel);
      return (value - of(mean, channel)) / of(deviation, channel);
    });
  });
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { shape: shapeOf(images, channels), data };
}

/** The shape of a batch of images. */
function shapeOf(images: Image[], channels: 1 | 3): number[] {
  const [{ width, height } = { width: 0, height: 0 }] = images;
  if (images.some((image) => image.width !== width || image.height !== height)) {
    throw bad('The images differ in size', 'Scale them all to the size that the model takes.');
  }
  return [images.length, channels, height, width];
}

function of(values: number | number[], channel: number): number {
  const value = typeof values === 'number' ? values : values[channel];
  if (value === undefined) throw bad(`Channel ${channel} has no mean or deviation`, 'Give one for each channel.');
  return value;
}
