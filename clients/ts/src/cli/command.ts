// What a command is, and what several of them share.

import type { MillraceError } from '../errors.js';
import type { Millrace } from '../millrace.js';
import type { SendOptions } from '../send.js';
import { timeout, type Values, whole } from './options.js';

/** What a command has to say: for people, for programs, and with which exit code. */
export interface Said {
  lines: string[];
  json: unknown;
  exit?: number;
  /** What went wrong once all else was done. */
  fault?: MillraceError;
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

export type Commands = Record<string, Command>;

export const sending = ({ values, progress }: Context): SendOptions => ({
  ...timeout(values),
  onProgress: (step) => {
    if (step.kind === 'signed') progress(`signed     ${step.hash}`);
    else if (step.kind === 'included') progress(`in block   ${step.block}`);
  },
});

export const word = (context: Context, index: number): string => context.operands[index] ?? '';
export const PAGE = `  --cursor C      where to go on, as the page before said
  --count N       how many, 100 at most`;

/** A page of a list whose cursors are numbers. */
export const numbered = ({ values }: Context) => ({
  cursor: whole('--cursor', values.cursor),
  count: whole('--count', values.count),
  ...timeout(values),
});
