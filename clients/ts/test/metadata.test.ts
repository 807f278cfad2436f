// Metadata without a node: real numbers to bytes, outputs to answers, and JSON that is none.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { outputs } from '../src/cli/lines.js';
import { answers, type Batch, batchBytes, checkMetadata, MillraceError, type Metadata, parseMetadata } from '../src/index.js';
import { chainMetadata } from '../src/metadata.js';
import { DIGITS } from './node.js';

const tensor = (shape: number[], scale = '1', zeroPoint = 0) => ({ shape, meaning: '', scale, zeroPoint });
const model = (changes: Partial<Metadata> = {}): Metadata => ({ ...DIGITS, ...changes });
const signed = (batch: Batch, metadata: Metadata | null = DIGITS) => [...new Int8Array(batchBytes(batch, { metadata }))];

/** Fails unless something is refused in these words, with something to do. */
function refuses(doing: () => unknown, words: RegExp): void {
  assert.throws(doing, (error) => {
    assert.ok(error instanceof MillraceError && error.code === 'BadInput', String(error));
    assert.match(error.sentence, words);
    assert.match(error.remedy, /^[A-Z].*\.$/);
    return true;
  });
}

describe('real numbers', () => {
  it('become bytes by the metadata, halves to even', () => {
    const metadata = model({ input: tensor([4], '0.5', 3) });
    assert.deepEqual(signed([0, 0.25, 0.75, -0.25], metadata), [3, 3, 5, 3]);
    assert.deepEqual(signed(Float32Array.of(1e9, -1e9, 62, -65.5), metadata), [127, -128, 127, -128]);
    assert.deepEqual(signed(Float64Array.from({ length: 64 }, () => 16)), Array(64).fill(112));
    // Numbers far from zero have a zero point beyond the bytes.
    assert.deepEqual(signed([450, 500.4], model({ input: tensor([2], '1', -450) })), [0, 50]);
    assert.deepEqual(signed([3], model({ input: tensor([1], '2.5e-1') })), [12]);
  });

  it('are taken as they are if they are bytes, and by a quantization that is given', () => {
    assert.deepEqual(signed(Int8Array.of(-1, 2)), [-1, 2]);
    assert.deepEqual(signed({ shape: [2], data: Uint8Array.of(255, 2) }), [-1, 2]);
    assert.deepEqual([...batchBytes([3], { metadata: DIGITS, quantization: { scale: 1, zeroPoint: 1 } })], [4]);
  });

  it('are whole samples of the shape of the metadata', () => {
    const zeros = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((size, axis) => size * axis, 1)) });
    const image = model({ input: tensor([3, 8, 8]) });
    for (const batch of [zeros(3, 8, 8), zeros(2, 3, 8, 8), zeros(2, 192), zeros(384), zeros(1, 1, 3, 8, 8)]) {
      assert.equal(batchBytes(batch, { metadata: image }).length, batch.data.length);
    }
    for (const batch of [zeros(8, 8, 3), zeros(2, 8, 8, 3), zeros(8, 24), zeros(2, 191), zeros(191), zeros(3, 8, 9)]) {
      refuses(() => batchBytes(batch, { metadata: image }), /has the shape .* and a sample of this model 3 × 8 × 8/);
    }
    refuses(() => batchBytes(zeros(0, 3, 8, 8), { metadata: image }), /no sample/);
    refuses(() => batchBytes([], { metadata: image }), /no sample/);
    refuses(() => signed({ shape: [2, 8, 8], data: new Float32Array(64) }), /64 numbers, and the shape 2 × 8 × 8/);
    assert.equal(batchBytes(zeros(), { metadata: model({ input: tensor([]) }) }).length, 1);
    // The axes of length 1 are elsewhere, and the elements where they belong.
    assert.equal(batchBytes(zeros(2, 1, 8, 8), { metadata: DIGITS }).length, 128);
  });

  it('are pictures of the size that the metadata say', () => {
    const picture = (width: number, height: number) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) });
    assert.deepEqual(signed([picture(8, 8), picture(8, 8)]), Array(128).fill(0));
    refuses(() => signed(picture(16, 4)), /shape 1 × 1 × 4 × 16/);
    for (const other of [picture(16, 8), picture(8, 16)]) refuses(() => signed([picture(8, 8), other]), /differ in size/);
    const colour = { metadata: model({ input: tensor([8, 8, 3]) }), image: { channels: 3 } as const };
    refuses(() => batchBytes(picture(8, 8), colour), /shape 1 × 3 × 8 × 8, and a sample of this model 8 × 8 × 3/);
  });

  it('are refused where they are none, or nothing says what they mean', () => {
    for (const real of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      refuses(() => signed([...Array(63).fill(0), real]), /^Element 63 of the batch is/);
    }
    refuses(() => signed([0.5], null), /no metadata to say how they become bytes/);
    for (const scale of ['1e-400', '1e400'])
      refuses(() => signed([1], model({ input: tensor([1], scale) })), /no floating-point/);
  });
});

describe('answers', () => {
  it('are labels of an index, in one, two or four bytes', () => {
    const seven = [{ label: '7', index: 7, scores: null }];
    assert.deepEqual(answers(DIGITS, Uint8Array.of(7), 1), seven);
    assert.deepEqual(answers(DIGITS, Uint8Array.of(7, 0), 1), seven);
    assert.deepEqual(answers(DIGITS, '0x07000000', 1), seven);
    const many = model({ labels: Array.from({ length: 300 }, (_, i) => `no. ${i}`) });
    assert.equal(answers(many, Uint8Array.of(200), 1)[0]?.label, 'no. 200');
    assert.equal(answers(many, Uint8Array.of(43, 1), 1)[0]?.label, 'no. 299');
    assert.equal(answers(many, Uint8Array.of(0, 128), 1)[0]?.index, 32_768);
    assert.deepEqual(answers(DIGITS, Uint8Array.of(10), 1), [{ label: null, index: 10, scores: null }]);
  });

  it('are the label of the highest score, the first of equal ones', () => {
    const pets = model({ output: tensor([1, 3], '0.5', -1), labels: ['cat', 'dog', 'cow'] });
    assert.deepEqual(answers(pets, Uint8Array.of(255, 5, 5, 0, 128, 253), 2), [
      { label: 'dog', index: 1, scores: [0, 3, 3] },
      { label: 'cat', index: 0, scores: [0.5, -63.5, -1] },
    ]);
    assert.deepEqual(answers(pets, Uint8Array.of(0, 1, 255, 255, 0, 0), 1)[0]?.scores, [128.5, 0, 0.5]);
    const wide = model({ output: tensor([3], '1e-3', 7), labels: pets.labels });
    const output = new Uint8Array(Int32Array.of(7, 2_000_000_007, -93).buffer);
    assert.deepEqual(answers(wide, output, 1), [{ label: 'dog', index: 1, scores: [0, 2_000_000, -0.1] }]);
  });

  it('are real numbers where there are no labels', () => {
    const price = model({ output: tensor([1], '0.25', 10), labels: [] });
    assert.deepEqual(answers(price, Uint8Array.of(30), 1), [{ label: null, index: null, scores: [5] }]);
    const mixed = model({ output: tensor([2]), labels: ['one', 'two', 'three'] });
    assert.deepEqual(answers(mixed, Uint8Array.of(1, 2), 1), [{ label: null, index: null, scores: [1, 2] }]);
  });

  it('need a model with metadata, and all of its output', () => {
    const sizes = { encodedBytes: 1, sampleBytes: 64, outputBytes: 4, traceBytes: 1n, work: 1n, layers: 1 };
    const output = Uint8Array.of(3, 0, 0, 0, 9, 0, 0, 0);
    assert.deepEqual(
      answers({ metadata: DIGITS, sizes }, output).map(({ label }) => label),
      ['3', '9'],
    );
    refuses(() => answers({ metadata: null, sizes }, output), /no metadata/);
    refuses(() => answers({ metadata: DIGITS, sizes }, output.subarray(1)), /7 bytes can't be/);
    for (const samples of [0, 3]) refuses(() => answers(DIGITS, output, samples), /8 bytes can't be/);
    refuses(() => answers(DIGITS, output, 1), /1 outputs of 1 elements/);
  });

  it('are printed beside the integers that they come from', () => {
    const pets = model({ output: tensor([3], '0.1', 0), labels: ['cat', 'dog', 'cow'] });
    assert.deepEqual(outputs(Uint8Array.of(3, 0, 0, 0, 10, 0, 0, 0), 2, DIGITS, undefined), [
      'output 0: 3 → 3',
      'output 1: 10 → no label',
    ]);
    assert.deepEqual(outputs(Uint8Array.of(1, 3, 255), 1, pets, undefined), ['output 0: 1 3 -1 → dog (0.3)']);
    assert.deepEqual(outputs(Uint8Array.of(1, 3, 255), 1, { ...pets, labels: [] }, undefined), [
      'output 0: 1 3 -1 → 0.1 0.3 -0.1',
    ]);
    const plain = model({ output: tensor([2]), labels: [] });
    assert.deepEqual(outputs(Uint8Array.of(1, 2), 1, plain, undefined), ['output 0: 1 2']);
    assert.deepEqual(outputs(Uint8Array.of(1, 2), 1, null, undefined), ['output 0: 1 2']);
    assert.deepEqual(outputs(Uint8Array.of(1, 2), 1, pets, { scale: 0.5, zeroPoint: 0 }), ['output 0: 0.5 1']);
  });
});

describe('metadata', () => {
  it('are what a file says', () => {
    assert.deepEqual(parseMetadata(JSON.stringify(DIGITS)), DIGITS);
    const chain = chainMetadata(model({ name: 'Ziffern, 数字', labels: ['é'] }));
    assert.deepEqual(chain.name, new Uint8Array(Buffer.from('Ziffern, 数字')));
    assert.deepEqual(chain.labels, [Uint8Array.of(0xc3, 0xa9)]);
    assert.deepEqual([chain.input.shape, chain.output.zero_point], [[8, 8, 1], 0]);
    assert.equal(new TextDecoder().decode(chain.input.scale), DIGITS.input.scale);
  });

  it('are refused with the place of the mistake', () => {
    const { labels: _, ...unlabelled } = DIGITS;
    const input = (changes: object) => ({ ...DIGITS, input: { ...DIGITS.input, ...changes } });
    const wrong: Array<[unknown, RegExp]> = [
      [null, /^In place of the metadata there is null/],
      [[DIGITS], /^In place of the metadata there is \[/],
      [unlabelled, /^There is no 'labels' in the metadata/],
      [{ ...DIGITS, license: 'MIT' }, /keeps no 'license'/],
      [{ ...DIGITS, name: '' }, /empty name/],
      [{ ...DIGITS, name: 7 }, /^'name' of the metadata is 7/],
      [{ ...DIGITS, licence: 'MIT\n' }, /^'licence' of the metadata has control characters/],
      [{ ...DIGITS, labels: 'cat' }, /^'labels' of the metadata is "cat"/],
      [{ ...DIGITS, labels: ['cat', null] }, /^'labels\[1\]' of the metadata is null/],
      [{ ...DIGITS, output: 1 }, /^In place of 'output' of the metadata there is 1/],
      [input({ shape: undefined }), /^There is no 'shape' in 'input' of the metadata/],
      [input({ shape: [8, 0] }), /^'input.shape\[1\]' of the metadata is 0/],
      [input({ shape: [8.5] }), /^'input.shape\[0\]' of the metadata is 8.5/],
      [input({ meaning: '\u001b[2J' }), /^'input.meaning' of the metadata has control/],
      [input({ scale: 0.5 }), /^'input.scale' of the metadata is 0.5/],
      [input({ zeroPoint: 2 ** 31 }), /^'input.zeroPoint' of the metadata is 2147483648/],
    ];
    for (const [value, words] of wrong) refuses(() => checkMetadata(value), words);
    for (const scale of ['', '0', '0.0', '-1', '+1', '.5', '1.', '1e', '1e+5', '1,5', 'NaN', ' 1', '1e5e5', '1'.repeat(33)]) {
      refuses(() => checkMetadata(input({ scale })), /^'input.scale'/);
    }
    for (const scale of ['1', '0.0625', '1.5e-3', '007', '3.0E8', '1e-45']) checkMetadata(input({ scale }));
    refuses(() => parseMetadata('{"name": '), /^The metadata aren't JSON/);
    refuses(() => chainMetadata({ ...DIGITS, name: '' }), /empty name/);
  });
});
