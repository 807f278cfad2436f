// NumPy's arrays as Node reads them from a file: the elements, without a byte of the header.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';

import { readNpy } from '../src/npy.js';

/** A file as numpy.save writes it, read as the program reads one. */
function saved(type: string, shape: string, data: Uint8Array): Buffer {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }`;
  const header = `${text.padEnd(117)}\n`;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-npy-'));
  try {
    const file = join(folder, 'array.npy');
    writeFileSync(file, Buffer.concat([Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'), Buffer.from(header, 'latin1'), data]));
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('reads bytes of a file, and none of its header', () => {
  const { shape, data } = readNpy(saved('|i1', '2, 2', Uint8Array.of(1, 255, 3, 128)));
  assert.deepEqual(
    [shape, [...data]],
    [
      [2, 2],
      [1, -1, 3, -128],
    ],
  );
});

it('reads real numbers of a file, and none of its header', () => {
  const { shape, data } = readNpy(saved('<f4', '3,', new Uint8Array(Float32Array.of(0.5, -1, 3).buffer)));
  assert.deepEqual([shape, [...data]], [[3], [0.5, -1, 3]]);
});
