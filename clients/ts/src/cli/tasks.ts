// The commands of those who ask for answers: what each asks of the chain, and what it prints.

import { fromHex } from 'polkadot-api/utils';

import { formatMill } from '../amounts.js';
import { answers } from '../answers.js';
import { MillraceError } from '../errors.js';
import type { Batch, Quantization } from '../input.js';
import type { Millrace } from '../millrace.js';
import { readNpy } from '../npy.js';
import type { Hash, Model } from '../views.js';
import type { Watched } from '../watch.js';
import { type Commands, type Context, numbered, PAGE, type Said, sending, word } from './command.js';
import { bill, openTask, outputs, quotes, tasks } from './lines.js';
import {
  address,
  checkOutput,
  model,
  planck,
  quantization,
  read,
  signer,
  timeout,
  unwritten,
  usage,
  type Values,
  whole,
} from './options.js';

type Ended = Extract<Watched, { kind: 'ended' }>;

/** A task that ended without an answer. */
const NO_ANSWER = 3;

const until = (values: Values) => ({
  deadline: whole('--deadline', values.deadline),
  blocks: whole('--blocks', values.blocks),
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

async function follow(context: Context, task: number): Promise<Said> {
  const { millrace, values, progress } = context;
  let told = '';
  for await (const view of millrace.watch(task, timeout(values))) {
    if (view.kind === 'open') {
      const line = openTask(view);
      if (line !== told) progress(line);
      told = line;
    } else if (view.final) {
      return view.fate.end.kind === 'settled' ? answered(context, view) : { lines: bill(view), json: view, exit: NO_ANSWER };
    }
  }
  return { lines: [`task       ${task} ended, and its retention is over`], json: null, exit: NO_ANSWER };
}

/** An answer, and what it cost. It is paid for, so a file that can't be written is told last. */
async function answered({ millrace, values }: Context, view: Ended): Promise<Said> {
  const { fate, output, task } = view;
  const bytes = fromHex(output ?? '0x');
  const metadata = (await found(millrace, fate.model, values))?.metadata ?? null;
  const fault = unwritten(values, bytes, `The output is kept: millrace watch ${task} --output FILE writes it.`);
  return {
    lines: [...outputs(bytes, fate.samples, metadata, quantization(values, 'output-')), ...bill(view)],
    json: { ...view, answers: metadata && answers(metadata, bytes, fate.samples) },
    ...(fault ? { fault } : {}),
  };
}

const taskOf = (context: Context): number => whole('TASK', word(context, 0)) ?? 0;

const OUTPUTS = `  --output-scale S --output-zero-point Z   show outputs as real numbers by these; without them, as integers, and what the
                                           model's metadata say that they mean
  --output FILE                            write the output's bytes`;
const DEADLINE = `  --blocks N      blocks until the deadline (default 100)
  --deadline B    or the block itself`;

export const TASKS: Commands = {
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
      checkOutput(values);
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
    async run(context) {
      checkOutput(context.values);
      return follow(context, taskOf(context));
    },
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
  tasks: {
    operands: 'ACCOUNT',
    summary: 'the tasks of an account, newest first; ACCOUNT is an address or a development account',
    help: PAGE,
    takes: 1,
    async run(context) {
      const page = await context.millrace.tasks(address(word(context, 0)), numbered(context));
      return { lines: tasks(page), json: page };
    },
  },
};
