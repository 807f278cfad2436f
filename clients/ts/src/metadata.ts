// What a model is, for people: read from JSON and checked, and as the chain's calls take it.

import { MillraceError } from './errors.js';
import type { Metadata, Tensor } from './views.js';

/** Metadata in the chain's terms: texts are bytes. */
export interface ChainMetadata {
  name: Uint8Array;
  licence: Uint8Array;
  input: ChainTensor;
  output: ChainTensor;
  labels: Uint8Array[];
}

interface ChainTensor {
  shape: number[];
  meaning: Uint8Array;
  scale: Uint8Array;
  zero_point: number;
}

/** A positive decimal number of at most 32 characters, as the chain takes one. */
const SCALE = /^(?=.{1,32}$)(?=[\d.]*[1-9])\d+(\.\d+)?([eE]-?\d+)?$/;
const AXIS = { least: 1, most: 2 ** 32 - 1 };
const ZERO_POINT = { least: -(2 ** 31), most: 2 ** 31 - 1 };

/** The metadata of a JSON file, such as `millrace-model import` writes beside a model. */
export function parseMetadata(json: string): Metadata {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw bad(`The metadata aren't JSON: ${detail}`, 'Give the file that `millrace-model import` wrote beside the model.');
  }
  return checkMetadata(value);
}

/** Any value as metadata, if it is that. Whether their shapes are the model's, the chain says. */
export function checkMetadata(value: unknown): Metadata {
  const fields = membersOf(value, 'the metadata', ['name', 'licence', 'input', 'output', 'labels']);
  const name = text(fields.name, 'name');
  if (name === '') throw bad('The metadata have an empty name', 'Say what people call the model.');
  return {
    name,
    licence: text(fields.licence, 'licence'),
    input: tensor(fields.input, 'input'),
    output: tensor(fields.output, 'output'),
    labels: list(fields.labels, 'labels').map((label, i) => text(label, `labels[${i}]`)),
  };
}

/** Metadata as an argument of a call. */
export function chainMetadata(metadata: Metadata): ChainMetadata {
  const { name, licence, input, output, labels } = checkMetadata(metadata);
  return {
    name: bytes(name),
    licence: bytes(licence),
    input: chainTensor(input),
    output: chainTensor(output),
    labels: labels.map(bytes),
  };
}

const chainTensor = ({ shape, meaning, scale, zeroPoint }: Tensor): ChainTensor => ({
  shape,
  meaning: bytes(meaning),
  scale: bytes(scale),
  zero_point: zeroPoint,
});

const bytes = (string: string) => new TextEncoder().encode(string);
const bad = (sentence: string, remedy: string) => new MillraceError('BadInput', sentence, remedy);

function tensor(value: unknown, where: string): Tensor {
  const fields = membersOf(value, `'${where}' of the metadata`, ['shape', 'meaning', 'scale', 'zeroPoint']);
  const { scale } = fields;
  if (typeof scale !== 'string' || !SCALE.test(scale)) {
    const remedy = 'Write a positive decimal number in quotes, such as "0.0625" or "1.5e-3", of at most 32 characters.';
    throw bad(`'${where}.scale' of the metadata is ${JSON.stringify(scale)}`, remedy);
  }
  return {
    shape: list(fields.shape, `${where}.shape`).map((axis, i) => whole(axis, `${where}.shape[${i}]`, AXIS)),
    meaning: text(fields.meaning, `${where}.meaning`),
    scale,
    zeroPoint: whole(fields.zeroPoint, `${where}.zeroPoint`, ZERO_POINT),
  };
}

/** The members of an object that has these and no others. */
function membersOf(value: unknown, what: string, names: string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(`In place of ${what} there is ${JSON.stringify(value)}`, `Give an object with ${among(names)}.`);
  }
  const fields = value as Record<string, unknown>;
  const missing = names.filter((name) => fields[name] === undefined);
  if (missing.length)
    throw bad(`There is no ${among(missing)} in ${what}`, `Give ${among(names)}; texts and lists may be empty.`);
  const unknown = Object.keys(fields).filter((name) => !names.includes(name));
  if (unknown.length) throw bad(`The chain keeps no ${among(unknown)} in ${what}`, `Leave it out: there are ${among(names)}.`);
  return fields;
}

const among = (names: string[]) => names.map((name) => `'${name}'`).join(', ');

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw bad(`'${where}' of the metadata is ${JSON.stringify(value)}`, 'Give a text in quotes.');
  // A terminal would obey the first, and UTF-8 has no half of a pair.
  if (/[\p{Cc}\p{Cs}]/u.test(value))
    throw bad(
      `'${where}' of the metadata has control characters, or halves of characters`,
      'Leave line breaks and the like out.',
    );
  return value;
}

function list(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw bad(`'${where}' of the metadata is ${JSON.stringify(value)}`, 'Give a list in brackets.');
}

function whole(value: unknown, where: string, { least, most }: { least: number; most: number }): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw bad(`'${where}' of the metadata is ${JSON.stringify(value)}`, `Give a whole number from ${least} to ${most}.`);
}
