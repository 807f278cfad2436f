// Batches in files: NumPy's .npy arrays, or the bytes as they are posted.

import { readFileSync } from 'node:fs';

const READERS = {
  '<f4': [4, (data, at) => data.readFloatLE(at)],
  '<f8': [8, (data, at) => data.readDoubleLE(at)],
  '|i1': [1, (data, at) => data.readInt8(at)],
  '|u1': [1, (data, at) => data.readUInt8(at)],
};

/** Reads an array: its shape, its type as numpy writes it, and its numbers, row-major. */
export function readNpy(file) {
  const bytes = readFileSync(file);
  if (bytes.toString('latin1', 0, 6) !== '\x93NUMPY') throw new Error(`${file} is no .npy array`);
  const [length, start] = bytes[6] === 1 ? [bytes.readUInt16LE(8), 10] : [bytes.readUInt32LE(8), 12];
  const header = bytes.toString('latin1', start, start + length);
  const type = header.match(/'descr': *'([^']*)'/)?.[1];
  const shape = header
    .match(/'shape': *\(([^)]*)\)/)?.[1]
    .split(',')
    .filter((axis) => axis.trim())
    .map(Number);
  if (!(type in READERS) || !shape)
    throw new Error(`${file} holds elements of type ${type}; float32, float64, int8 and uint8 are read`);
  if (/'fortran_order': *True/.test(header))
    throw new Error(`${file} is stored column by column; save it with numpy.ascontiguousarray`);
  const data = bytes.subarray(start + length);
  const [size, read] = READERS[type];
  const count = shape.reduce((product, axis) => product * axis, 1);
  if (data.length !== count * size)
    throw new Error(`${file} has ${data.length} bytes of data where its shape takes ${count * size}`);
  return { shape, type, numbers: Array.from({ length: count }, (_, i) => read(data, i * size)) };
}

/** The integer nearest to a number, halves to even as ONNX rounds. */
const round = (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/**
 * The bytes to post: integers and raw files as they are, real numbers by the model's scale and zero point. If these were `asked`
 * for, bytes are refused.
 */
export function readBatch(file, quantization, asked) {
  if (!file.endsWith('.npy')) return readFileSync(file);
  const { type, numbers } = readNpy(file);
  if (type.endsWith('1')) {
    if (asked) throw new Error(`${file} holds bytes already: leave --scale and --zero-point out`);
    return Buffer.from(numbers.map((number) => number & 255));
  }
  if (!quantization)
    throw new Error(
      `${file} holds real numbers, and the chain doesn't say how they become bytes: use --scale and --zero-point, as import printed them`,
    );
  const { scale, zeroPoint } = quantization;
  return Buffer.from(
    numbers.map((real) => {
      if (!Number.isFinite(real)) throw new Error(`${file} holds ${real}`);
      return Math.max(-128, Math.min(127, round(real / scale) + zeroPoint)) & 255;
    }),
  );
}
