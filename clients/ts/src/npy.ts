// NumPy's .npy arrays.

import { MillraceError } from './errors.js';

export interface NpyArray {
  shape: number[];
  /** Row-major. */
  data: Int8Array | Uint8Array | Float32Array | Float64Array;
}

/** The types that are read, as numpy writes them: bytes an element, and how they become numbers. */
const TYPES: Record<string, [number, (bytes: ArrayBuffer) => NpyArray['data']]> = {
  '|i1': [1, (bytes) => new Int8Array(bytes)],
  '|u1': [1, (bytes) => new Uint8Array(bytes)],
  '<f4': [4, (bytes) => reals(bytes, 4)],
  '<f8': [8, (bytes) => reals(bytes, 8)],
};

/** Little-endian on every machine. */
function reals(bytes: ArrayBuffer, size: 4 | 8): Float32Array | Float64Array {
  const view = new DataView(bytes);
  const count = { length: bytes.byteLength / size };
  return size === 4
    ? Float32Array.from(count, (_, i) => view.getFloat32(4 * i, true))
    : Float64Array.from(count, (_, i) => view.getFloat64(8 * i, true));
}

const bad = (sentence: string, remedy: string) => new MillraceError('BadInput', sentence, remedy);
const latin = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);

/** Reads an array of int8, uint8, float32 or float64. */
export function readNpy(file: Uint8Array): NpyArray {
  if (latin(file.subarray(0, 6)) !== '\x93NUMPY') throw bad('The file is no .npy array', 'Save it with numpy.save.');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 12) throw bad('The .npy array ends in its header', 'Save it again.');
  const [length, start] = file[6] === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  const header = latin(file.subarray(start, start + length));
  const type = /'descr': *'([^']*)'/.exec(header)?.[1] ?? 'unknown';
  const shape = /'shape': *\(([^)]*)\)/
    .exec(header)?.[1]
    ?.split(',')
    .filter((axis) => axis.trim())
    .map(Number);
  const [size, read] = TYPES[type] ?? [];
  if (!size || !read || !shape) {
    throw bad(`The array's elements are of type ${type}`, 'Save it as float32, float64, int8 or uint8.');
  }
  if (/'fortran_order': *True/.test(header)) {
    throw bad('The array is stored column by column', 'Save it after numpy.ascontiguousarray.');
  }
  // A copy, for the slice of a Buffer shares its memory, header and all.
  const data = Uint8Array.from(file.subarray(start + length));
  const bytes = size * shape.reduce((product, axis) => product * axis, 1);
  if (data.length !== bytes) throw bad(`The array has ${data.length} bytes where its shape takes ${bytes}`, 'Save it again.');
  return { shape, data: read(data.buffer as ArrayBuffer) };
}
