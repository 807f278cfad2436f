// A model whose traces are long, written byte by byte as docs/inference-spec.md says.

export const SAMPLE_BYTES = 256;
const OUTPUTS = 550;

/** A dense layer 256 → 550 and its arg max. No accumulator needs more than 22 bits. */
export function largeModel() {
  const word = (value) => Buffer.from(Uint32Array.of(value).buffer);
  const parameters = Int8Array.from({ length: OUTPUTS * SAMPLE_BYTES }, (_, i) => (i * 31) % 97);
  return Buffer.concat([
    Buffer.from([1, 3 << 2, 0, 1 << 2]),
    word(SAMPLE_BYTES),
    Buffer.from([1]),
    word(0),
    word(OUTPUTS),
    word((parameters.length << 2) | 2),
    Buffer.from(parameters),
    Buffer.from([6]),
    word(1),
  ]);
}

export const largeInput = (samples) => Uint8Array.from({ length: SAMPLE_BYTES * samples }, (_, i) => (i * 7) % 251);
