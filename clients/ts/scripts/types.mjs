// Writes src/views.ts: the types of what a node's methods answer, from docs/openrpc.json, which a test of the node keeps true.
// An Amount is a decimal string in JSON and a bigint here, so the names of all fields that hold one are written, too.

import { readFileSync, writeFileSync } from 'node:fs';

const { components } = JSON.parse(readFileSync(new URL('../../../docs/openrpc.json', import.meta.url), 'utf8'));
const schemas = components.schemas;
/** Fields by name: whether each holds amounts. */
const fields = new Map();

const nameOf = (ref) => ref.split('/').at(-1);
/** Whether a schema is an amount, a list of them, or one that may be missing. */
function holdsAmount(schema) {
  if (schema.$ref) return nameOf(schema.$ref) === 'Amount';
  if (schema.items) return holdsAmount(schema.items);
  return (schema.oneOf ?? []).some(holdsAmount);
}

function noteField(name, schema) {
  const amount = holdsAmount(schema);
  if ((fields.get(name) ?? amount) !== amount) {
    throw new Error(`docs/openrpc.json has two fields '${name}', one an Amount and one not: give one another name`);
  }
  fields.set(name, amount);
}

const PRIMITIVES = { integer: 'number', number: 'number', string: 'string', boolean: 'boolean', null: 'null' };

function typeOf(schema) {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return `'${schema.const}'`;
  if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ');
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(' | ');
  if (schema.type === 'array') return `Array<${typeOf(schema.items)}>`;
  if (schema.type === 'object') {
    const members = Object.entries(schema.properties).map(([name, member]) => {
      noteField(name, member);
      return `${name}${schema.required?.includes(name) ? '' : '?'}: ${typeOf(member)}`;
    });
    return `{ ${members.join('; ')} }`;
  }
  const primitive = PRIMITIVES[schema.type];
  if (!primitive) throw new Error(`docs/openrpc.json has a schema that this script can't read: ${JSON.stringify(schema)}`);
  return primitive;
}

// As a template of the language: any text after 0x.
const HEX = ['`0x$', '{string}`'].join('');
const OWN = { Amount: 'bigint', Hash: HEX, Bytes: HEX };
const types = Object.entries(schemas).map(([name, schema]) => {
  const doc = schema.description ? `/** ${schema.description} */\n` : '';
  return `${name === 'Amount' ? '/** Planck, MAC, a rate or a score. */\n' : doc}export type ${name} = ${OWN[name] ?? typeOf(schema)};\n`;
});
const amounts = [...fields].filter(([, amount]) => amount).map(([name]) => `'${name}'`);
writeFileSync(
  new URL('../src/views.ts', import.meta.url),
  `// Written by scripts/types.mjs from docs/openrpc.json.\n\n${types.join('\n')}
/** The fields that hold amounts. */
export const AMOUNTS: ReadonlySet<string> = new Set([${amounts.join(', ')}]);\n`,
);
