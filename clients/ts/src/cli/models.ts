// The commands of those who own models.

import { isDeepStrictEqual } from 'node:util';

import { formatMill } from '../amounts.js';
import type { Registered } from '../millrace.js';
import { type Commands, PAGE, sending, word } from './command.js';
import { registered } from './lines.js';
import { metadataFile, metadataOf, model, read, signer, timeout, whole } from './options.js';
import type { Hash } from '../views.js';

export const MODELS: Commands = {
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
  retire: {
    operands: 'MODEL',
    summary: 'take no new tasks for a model of yours, so that it can be removed',
    help: '',
    takes: 1,
    async run(context) {
      const { millrace, values } = context;
      const name = model(word(context, 0));
      const { block, fee } = await millrace.retireModel(name, signer(values), sending(context));
      const { removableFrom, openTasks } = await millrace.model(name, timeout(values));
      const lines = [
        `retired    in block ${block} for ${formatMill(fee)}`,
        `removable  from block ${removableFrom} on, once no open task uses it; ${openTasks} do now`,
      ];
      return { lines, json: { model: name, block, fee, removableFrom, openTasks } };
    },
  },
  remove: {
    operands: 'MODEL',
    summary: 'remove a model of yours that is retired, and get its deposit back',
    help: '',
    takes: 1,
    async run(context) {
      const { millrace, values } = context;
      const name = model(word(context, 0));
      const { deposit } = await millrace.model(name, timeout(values));
      const { block, fee } = await millrace.removeModel(name, signer(values), sending(context));
      const lines = [`removed    in block ${block} for ${formatMill(fee)}`, `came back  ${formatMill(deposit)}`];
      return { lines, json: { model: name, block, fee, deposit } };
    },
  },
};

/** Where a model's metadata are from, once it was to be registered with those of a file. */
function sourceOf({ registered }: Registered, source: string | null, same: boolean): string {
  if (source === null) return '';
  if (registered) return `, from ${source}`;
  return same ? `, as in ${source}` : `; millrace describe puts those of ${source} in their place`;
}
