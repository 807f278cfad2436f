// Reads the words of a command line. What it doesn't take is said in a sentence, without a trace of this program.

import { parseArgs } from 'node:util';

/** What `parseArgs` reads, or its complaint in one line. */
export function wordsOf(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new Error(error.message.replaceAll('\n', ' ').replace(/\.$/, ''));
  }
}

/** The same for a script whose first lines are its help: a complaint ends it. */
export function wordsOrEnd(script, config) {
  try {
    return wordsOf(config);
  } catch (error) {
    console.error(`${script}: ${error.message}; the first lines of clients/js/${script}.js list its options`);
    process.exit(2);
  }
}

/** A positive number of an option of such a script, or the end of it. */
export function positiveOrEnd(script, values, name) {
  const number = Number(values[name]);
  if (number > 0 && number < Infinity) return number;
  console.error(`${script}: --${name} takes a positive number, not "${values[name]}"`);
  return process.exit(2);
}
