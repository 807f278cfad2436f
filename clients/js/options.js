// What the words of the command line mean, and whether they can be that.

import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mnemonicValidate } from '@polkadot/util-crypto';

import { account, UNIT } from './client.js';
import { wordsOf } from './words.js';

export const HELP = `millrace: posts tasks and reports on their execution

  node cli.js [options]                 post handwritten digits on the demo model
  node cli.js register FILE             register the model of a file, with NAME.metadata.json beside it
  node cli.js offer MODEL               as a miner: offer the model too, with the ask and rates in force
  node cli.js post MODEL INPUT          post a batch; INPUT is a .npy array, or a file of the bytes themselves

MODEL is a model's name (0x…) or its file.

  --url URL          the node (default ws://127.0.0.1:9944)
  --signer SECRET    a development account (default //Bob); real secrets don't belong on a command line
  --signer-file FILE the file that holds the account's secret phrase
  --max-price P      price ceiling in planck (default 1 MILL)
  --blocks N         blocks until the deadline (default 100)
  --help             this text

of a post:
  --scale S --zero-point Z                 how real inputs become bytes, if the chain doesn't know
  --output-scale S --output-zero-point Z   show outputs as these real numbers; without them, as the chain says what they
                                           mean, or as indices or bytes
  --output FILE                            write the output's bytes

of the digits:
  --samples N        digits to post, 1 to 450 (default 64)
  --digits DIR       the folder of the model and its held-out inputs
  --at-least F       fail unless this part of the predictions is right (default 0)`;

const here = dirname(fileURLToPath(import.meta.url));
const text = { type: 'string' };
// A zero point may begin with a minus, which would be taken for another option.
const args = [];
for (const arg of process.argv.slice(2)) {
  if (/^--(output-)?zero-point$/.test(args.at(-1))) args.push(`${args.pop()}=${arg}`);
  else args.push(arg);
}
const OPTIONS = {
  url: { type: 'string', default: 'ws://127.0.0.1:9944' },
  signer: { type: 'string', default: '//Bob' },
  'signer-file': text,
  samples: { type: 'string', default: '64' },
  digits: { type: 'string', default: join(here, '../../models/digits') },
  'max-price': { type: 'string', default: UNIT.toString() },
  blocks: { type: 'string', default: '100' },
  'at-least': { type: 'string', default: '0' },
  scale: text,
  'zero-point': text,
  'output-scale': text,
  'output-zero-point': text,
  output: text,
  help: { type: 'boolean', default: false },
};

/** What the command line says, once it is read. */
export let values;

/** Reads the command line; gives the command and its operands. */
export function understand() {
  try {
    const said = wordsOf({ args, allowPositionals: true, options: OPTIONS });
    values = said.values;
    return said.positionals;
  } catch (error) {
    throw new Error(`${error.message}; see --help`);
  }
}

/** A whole number of an option. */
export function whole(name) {
  if (!/^\d+$/.test(values[name])) throw new Error(`--${name} must be a whole number, not ${values[name]}`);
  return BigInt(values[name]);
}

/** The bytes of a file. */
export function read(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${error.message}: give the path of a file`);
  }
}

/** Who signs. The keyring would take any short text for the bytes of a seed. */
export function signerOf() {
  const file = values['signer-file'];
  const secret = file ? read(file).toString().trim() : values.signer;
  const [root] = secret.split('/');
  if ((secret.startsWith('/') && root === '') || mnemonicValidate(root.trim()) || /^0x[0-9a-f]{64}$/i.test(root)) {
    return account(secret);
  }
  const what = file ? `${file} holds no secret` : `'${values.signer}' is no account`;
  throw new Error(`${what}: give a phrase of 12 to 24 words, 0x and 64 digits, or a development account such as //Bob`);
}

/** Whether the output's file can be written, before anything is paid for it. */
function checkOutput() {
  if (values.output === undefined) return;
  try {
    closeSync(openSync(values.output, 'a'));
  } catch (error) {
    throw new Error(`${error.message}: give --output a path that can be written`);
  }
}

/** A scale and a zero point of the options; undefined if neither is given. */
export function quantization(prefix) {
  const [scale, zeroPoint] = [values[`${prefix}scale`], values[`${prefix}zero-point`]];
  if (scale === undefined && zeroPoint === undefined) return undefined;
  const found = { scale: Number(scale), zeroPoint: Number(zeroPoint) };
  if (!(found.scale > 0 && found.scale < Infinity)) throw new Error(`--${prefix}scale must be a positive number, not ${scale}`);
  if (!Number.isInteger(found.zeroPoint) || found.zeroPoint < -128 || found.zeroPoint > 127) {
    throw new Error(`--${prefix}zero-point must be a whole number from -128 to 127, not ${zeroPoint}`);
  }
  return found;
}

/** Whether the options can be what they should be, before anything is sent. */
export function check() {
  const samples = Number(values.samples);
  if (!Number.isInteger(samples) || samples < 1 || samples > 450) {
    throw new Error(`--samples must be a whole number from 1 to 450, not ${values.samples}`);
  }
  const least = Number(values['at-least']);
  if (!(least >= 0 && least <= 1)) throw new Error(`--at-least must be a part of one, such as 0.95, not ${values['at-least']}`);
  for (const name of ['max-price', 'blocks']) whole(name);
  checkOutput();
}
