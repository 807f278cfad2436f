#!/usr/bin/env node
// The program `millrace`.

import { WebSocket } from 'ws';

import { asMillraceError, type MillraceError } from '../errors.js';
import { connect } from '../millrace.js';
import type { Command } from './command.js';
import { COMMANDS } from './commands.js';
import { parse, timeout, usage, type Values } from './options.js';

const COMMON = `  --url URL          the node (default ws://127.0.0.1:9944)
  --signer PATH      who signs: a development account such as //Bob
  --signer-file FILE or the file with its secret phrase, which doesn't belong on a command line
  --timeout S        seconds that each wait may take
  --json             print JSON, with amounts as decimal strings, and no progress
  --help             this text, or a command's`;

const CODES = `Exit codes: 0 done, 1 refused by the chain or the node, 2 wrong arguments, 3 the task ended without an answer,
4 no node, or no time left. The reason and what to do are on stderr, with --json as an object.`;

const HELP = `millrace: posts tasks to a Millrace chain and reports on their execution

  millrace COMMAND [options]

${Object.entries(COMMANDS)
  .map(([name, { operands, summary }]) => `  ${`${name} ${operands}`.padEnd(20)} ${summary}`)
  .join('\n')}

MODEL is a model's name (0x…) or its file.

${COMMON}

${CODES}`;

const helpOf = (name: string, { operands, summary, help }: Command) =>
  `millrace ${name} ${operands}\n\n${summary}\n\n${help ? `${help}\n\n` : ''}${COMMON}\n\n${CODES}`;

const EXITS: Record<string, number> = { Usage: 2, BadArguments: 2, BadInput: 2, NoNode: 4, Timeout: 4, Aborted: 4 };

/** JSON as the node writes it: amounts as decimal strings. */
const toJson = (value: unknown) => JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? part.toString() : part), 2);

async function run(name: string, operands: string[], values: Values): Promise<number> {
  const command = COMMANDS[name];
  if (!command) throw usage(`There is no command '${name}'`, `Commands: ${Object.keys(COMMANDS).join(', ')}.`);
  if (values.help) {
    console.log(helpOf(name, command));
    return 0;
  }
  if (operands.length !== command.takes)
    throw usage(`'${name}' takes ${command.operands || 'no operands'}`, `See millrace ${name} --help.`);
  const progress = (line: string) => {
    if (!values.json) console.error(line);
  };
  const millrace = await connect(values.url, {
    ...timeout(values),
    webSocket: globalThis.WebSocket ?? WebSocket,
    onStatus: (status) => {
      if (status === 'lost') progress(`lost       the connection to ${values.url}; trying again`);
    },
  });
  try {
    const { lines, json, exit = 0, fault } = await command.run({ millrace, values, operands, progress });
    console.log(values.json ? toJson(json) : lines.join('\n'));
    return fault ? complain(fault, values.json) : exit;
  } finally {
    millrace.close();
  }
}

function complain(error: MillraceError, json: boolean): number {
  const { code, sentence, remedy } = error;
  console.error(json ? toJson({ code, sentence, remedy }) : `millrace: ${error.message}`);
  return EXITS[code] ?? 1;
}

async function main(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parse(argv);
    const [name, ...operands] = positionals;
    if (name !== undefined) return await run(name, operands, values);
    if (!values.help) throw usage('What is to be done?', `Commands: ${Object.keys(COMMANDS).join(', ')}; see millrace --help.`);
    console.log(HELP);
    return 0;
  } catch (error) {
    return complain(asMillraceError(error), argv.includes('--json'));
  }
}

process.exitCode = await main(process.argv.slice(2));
