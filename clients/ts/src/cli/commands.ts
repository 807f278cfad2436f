// The commands: what each asks of the chain, and what it prints.

import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import { fromHex } from 'polkadot-api/utils';

import { formatMill } from '../amounts.js';
import { answers } from '../answers.js';
import { MillraceError } from '../errors.js';
import type { Batch, Quantization } from '../input.js';
import type { Millrace, Registered } from '../millrace.js';
import { readNpy } from '../npy.js';
import type { SendOptions } from '../send.js';
import type { Hash, Model } from '../views.js';
import { bill, miners, offers, openTask, outputs, quotes, race, registered } from './lines.js';
import {
  address,
  metadataFile,
  metadataOf,
  model,
  planck,
  quantization,
  read,
  signer,
  timeout,
  usage,
  type Values,
  whole,
} from './options.js';

/** What a command has to say: for people, for programs, and with which exit code. */
export interface Said {
  lines: string[];
  json: unknown;
  exit?: number;
}

export interface Context {
  millrace: Millrace;
  values: Values;
  operands: string[];
  /** Says how far it is, to people. */
  progress(line: string): void;
}

export interface Command {
  operands: string;
  /** What it does, for the list of commands. */
  summary: string;
  /** Its options, for its own help. */
  help: string;
  /** How many operands it takes. */
  takes: number;
  run(context: Context): Promise<Said>;
}

/** A task that ended without an answer. */
const NO_ANSWER = 3;

const until = (values: Values) => ({
  deadline: whole('--deadline', values.deadline),
  blocks: whole('--blocks', values.blocks),
});

const sending = ({ values, progress }: Context): SendOptions => ({
  ...timeout(values),
  onProgress: (step) => {
    if (step.kind === 'signed') progress(`signed     ${step.hash}`);
    else if (step.kind === 'included') progress(`in block   ${step.block}`);
  },
});

/** A batch of a file: an array, or the bytes themselves. */
function batch(file: string, inputs: Quantization | undefined): Batch {
  const bytes = read(file);
  if (!file.endsWith('.npy')) return bytes;
  const array = readNpy(bytes);
  if (inputs && array.data.BYTES_PER_ELEMENT === 1) {
    throw usage(`${file} holds bytes already`, 'Leave --scale and --zero-point out.');
  }
  return array;
}

/** A model; null if it was removed. */
const found = (millrace: Millrace, name: Hash, values: Values): Promise<Model | null> =>
  millrace.model(name, timeout(values)).catch((error: unknown) => {
    if (error instanceof MillraceError && error.code === 'NoModel') return null;
    throw error;
  });

async function follow({ millrace, values, progress }: Context, task: number): Promise<Said> {
  let told = '';
  for await (const view of millrace.watch(task, timeout(values))) {
    if (view.kind === 'open') {
      const line = openTask(view);
      if (line !== told) progress(line);
      told = line;
    } else if (view.final) {
      const { fate, output } = view;
      if (fate.end.kind !== 'settled') return { lines: bill(view), json: view, exit: NO_ANSWER };
      const bytes = fromHex(output ?? '0x');
      if (values.output) writeFileSync(values.output, bytes);
      const metadata = (await found(millrace, fate.model, values))?.metadata ?? null;
      return {
        lines: [...outputs(bytes, fate.samples, metadata, quantization(values, 'output-')), ...bill(view)],
        json: { ...view, answers: metadata && answers(metadata, bytes, fate.samples) },
      };
    }
  }
  return { lines: [`task       ${task} ended, and its retention is over`], json: null, exit: NO_ANSWER };
}

const word = (context: Context, index: number): string => context.operands[index] ?? '';
const taskOf = (context: Context): number => whole('TASK', word(context, 0)) ?? 0;

const OUTPUTS = `  --output-scale S --output-zero-point Z   show outputs as real numbers by these; without them, as integers, and what the
                                           model's metadata say that they mean
  --output FILE                            write the output's bytes`;
const DEADLINE = `  --blocks N      blocks until the deadline (default 100)
  --deadline B    or the block itself`;
const PAGE = `  --cursor C      where to go on, as the page before said
  --count N       how many, 100 at most`;

export const COMMANDS: Record<string, Command> = {
  quote: {
    operands: 'MODEL SAMPLES',
    summary: 'what a batch would cost now, and who would take it',
    help: DEADLINE,
    takes: 2,
    async run(context) {
      const samples = whole('SAMPLES', word(context, 1)) ?? 0;
      const quote = await context.millrace.quote(model(word(context, 0)), samples, {
        ...until(context.values),
        ...timeout(context.values),
      });
      return { lines: quotes(quote), json: quote };
    },
  },
  post: {
    operands: 'MODEL FILE',
    summary: 'post a batch and wait for its answer; FILE is a .npy array, or the bytes themselves',
    help: `  --max-price P   price ceiling in planck (default: a quarter above the quote)
${DEADLINE}
  --no-wait       end when the task is posted
  --scale S --zero-point Z                 how real inputs become bytes, if not as the model's metadata say
${OUTPUTS}`,
    takes: 2,
    async run(context) {
      const { millrace, values, progress } = context;
      const inputs = quantization(values, '');
      const posting = {
        model: model(word(context, 0)),
        input: batch(word(context, 1), inputs),
        quantization: inputs,
        maxPrice: planck('--max-price', values['max-price']),
        ...until(values),
      };
      const { task, fee, block, maxPrice, hash } = await millrace.post(posting, signer(values), sending(context));
      const lines = [`task       ${task}, posted in block ${block} for ${formatMill(fee)}, ceiling ${formatMill(maxPrice)}`];
      if (values['no-wait']) return { lines, json: { task, fee, block, maxPrice, hash } };
      lines.forEach(progress);
      return follow(context, task);
    },
  },
  watch: {
    operands: 'TASK',
    summary: 'follow a task to its end',
    help: OUTPUTS,
    takes: 1,
    run: (context) => follow(context, taskOf(context)),
  },
  cancel: {
    operands: 'TASK',
    summary: 'take back a task that waits in the queue',
    help: '',
    takes: 1,
    async run(context) {
      const { block, fee } = await context.millrace.cancel(taskOf(context), signer(context.values), sending(context));
      return {
        lines: [
          `cancelled  in block ${block} for ${formatMill(fee)}; what was held is back but the rent and the fee for its record`,
        ],
        json: { block, fee },
      };
    },
  },
  claim: {
    operands: '',
    summary: 'claim all shares of closed rounds',
    help: '  --account A     for whom, if not for who signs',
    takes: 0,
    async run(context) {
      const { account } = context.values;
      const claimed = await context.millrace.claimAll(signer(context.values), { ...sending(context), account });
      const { rounds, amount } = claimed;
      return {
        lines: [
          rounds.length ? `claimed    ${formatMill(amount)} of ${rounds.length} rounds` : 'claimed    nothing: no share waits',
        ],
        json: claimed,
      };
    },
  },
  models: {
    operands: '',
    summary: 'the registered models',
    help: PAGE,
    takes: 0,
    async run({ millrace, values }) {
      const page = await millrace.models({
        cursor: values.cursor as Hash | undefined,
        count: whole('--count', values.count),
        ...timeout(values),
      });
      return { lines: registered(page), json: page };
    },
  },
  offers: {
    operands: 'MODEL',
    summary: 'the free slots that offer a model, cheapest first',
    help: PAGE,
    takes: 1,
    async run(context) {
      const { cursor, count } = context.values;
      const options = { cursor: cursor as Hash | undefined, count: whole('--count', count), ...timeout(context.values) };
      const page = await context.millrace.offers(model(word(context, 0)), options);
      return { lines: offers(page), json: page };
    },
  },
  miner: {
    operands: 'ACCOUNT',
    summary: 'a miner, and why it earns nothing or less than it could; ACCOUNT is an address or a development account',
    help: '',
    takes: 1,
    async run(context) {
      const miner = await context.millrace.miner(address(word(context, 0)), timeout(context.values));
      return { lines: miners(miner), json: miner };
    },
  },
  round: {
    operands: '',
    summary: 'the round, its emission, the sprints, the queue and the leases',
    help: '',
    takes: 0,
    async run({ millrace, values }) {
      const now = await millrace.round(timeout(values));
      return { lines: race(now), json: now };
    },
  },
  register: {
    operands: 'FILE',
    summary: 'register the model of a file',
    help: `  --metadata FILE what it is, for people, as JSON (default: NAME.metadata.json beside NAME.millrace, if it is there)
  --no-metadata   register it without that`,
    takes: 1,
    async run(context) {
      const { millrace, values } = context;
      const [file, account] = [word(context, 0), signer(values)];
      const source = metadataFile(file, values);
      const given = source === null ? null : metadataOf(source);
      const result = await millrace.registerModel(read(file), account, { ...sending(context), metadata: given });
      const { deposit, owner, metadata } = await millrace.model(result.model, timeout(values));
      const lines = [
        `model      ${result.model} ${result.registered ? '(registered now)' : '(on chain already)'}`,
        `metadata   ${metadata ? metadata.name : 'none'}${sourceOf(result, source, isDeepStrictEqual(given, metadata))}`,
        `on hold    ${formatMill(deposit)} of ${owner} until the model is removed`,
      ];
      return { lines, json: { ...result, deposit, owner, metadata } };
    },
  },
  describe: {
    operands: 'MODEL FILE',
    summary: 'say what a model of yours is, for people; FILE is JSON, as import writes it',
    help: '',
    takes: 2,
    async run(context) {
      const { millrace, values } = context;
      const [name, metadata] = [model(word(context, 0)), metadataOf(word(context, 1))];
      const { block, fee } = await millrace.describeModel(name, metadata, signer(values), sending(context));
      const { deposit } = await millrace.model(name, timeout(values));
      return {
        lines: [
          `described  as ${metadata.name} in block ${block} for ${formatMill(fee)}`,
          `on hold    ${formatMill(deposit)} until the model is removed`,
        ],
        json: { model: name, metadata, block, fee, deposit },
      };
    },
  },
};

/** Where a model's metadata are from, once it was to be registered with those of a file. */
function sourceOf({ registered }: Registered, source: string | null, same: boolean): string {
  if (source === null) return '';
  if (registered) return `, from ${source}`;
  return same ? `, as in ${source}` : `; millrace describe puts those of ${source} in their place`;
}
