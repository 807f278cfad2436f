// What a model is, for people: how its file and its record on the chain become each other, and what an output means by it.

import { existsSync, readFileSync } from 'node:fs';

import { integers } from './client.js';

/** The file that `millrace-model import` writes beside a model. */
const beside = (file) => `${file.replace(/\.millrace$/, '')}.metadata.json`;

/** The metadata beside a model's file; null if there are none. */
export function readMetadata(file) {
  const path = beside(file);
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is no JSON (${error.message}): write it anew with millrace-model import`);
  }
}

// A plain text is taken for hexadecimal if it begins with 0x.
const hex = (text) => `0x${Buffer.from(text, 'utf8').toString('hex')}`;
const tensorCall = ({ shape, meaning, scale, zeroPoint }) => ({ shape, meaning: hex(meaning), scale: hex(scale), zeroPoint });

/** Metadata as `models.register` and `models.describe` take them; null stays null. */
export const toCall = (metadata) =>
  metadata && {
    name: hex(metadata.name),
    licence: hex(metadata.licence),
    input: tensorCall(metadata.input),
    output: tensorCall(metadata.output),
    labels: metadata.labels.map(hex),
  };

const text = (bytes) => Buffer.from(bytes.toU8a(true)).toString('utf8');
const tensor = ({ shape, meaning, scale, zeroPoint }) => ({
  shape: shape.map((axis) => axis.toNumber()),
  meaning: text(meaning),
  scale: text(scale),
  zeroPoint: zeroPoint.toNumber(),
});

/** What the chain says of a model; null if it doesn't. */
export async function metadataOf(api, model) {
  const found = (await api.query.models.metadata(model)).unwrapOr(null);
  return (
    found && {
      name: text(found.name),
      licence: text(found.licence),
      input: tensor(found.input),
      output: tensor(found.output),
      labels: found.labels.map(text),
    }
  );
}

/** How real numbers become a model's bytes, and bytes real numbers. */
export const quantizationOf = ({ scale, zeroPoint }) => ({ scale: Number(scale), zeroPoint });

/**
 * What a batch's output means: for each sample its label, if the model has labels, and its numbers: a score for each label, or
 * the elements as real numbers.
 */
export function answers({ output: tensor, labels }, output, samples) {
  const { scale, zeroPoint } = quantizationOf(tensor);
  const each = tensor.shape.reduce((product, axis) => product * axis, 1);
  const elements = output.length === 4 * each * samples ? integers(output) : [...new Int8Array(output)];
  return Array.from({ length: samples }, (_, sample) => {
    const own = elements.slice(sample * each, (sample + 1) * each);
    const numbers = own.map((element) => (element - zeroPoint) * scale);
    const index = each === 1 ? own[0] : each === labels.length ? numbers.indexOf(Math.max(...numbers)) : undefined;
    return { label: index === undefined ? undefined : labels[index], numbers };
  });
}
