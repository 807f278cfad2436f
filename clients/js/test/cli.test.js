// What the command line refuses, before it asks any node.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const digits = join(here, '../../../models/digits');
/** Nobody listens there. */
const NOWHERE = ['--url', 'ws://127.0.0.1:1'];

const script = (name, ...args) =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [join(here, '..', name), ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
const run = (...args) => script('cli.js', ...args, ...NOWHERE);

describe('the command line', () => {
  it('says in a sentence what is wrong, and what to give', { timeout: 600_000 }, async () => {
    for (const [args, told] of [
      [['--tempo', '3'], /Unknown option '--tempo'.*see --help/],
      [['--blocks'], /argument missing|argument is ambiguous|see --help/],
      [['dance'], /don't understand 'dance'; see --help/],
      [['--samples', '451'], /--samples must be a whole number from 1 to 450/],
      [['--max-price', '1.5'], /--max-price must be a whole number, not 1\.5/],
      [['--max-price', '-1'], /--max-price/],
      [['--blocks', 'abc'], /--blocks must be a whole number, not abc/],
      [['--at-least', 'all'], /--at-least must be a part of one/],
      [['--signer', 'nonsense'], /'nonsense' is no account: give a phrase of 12 to 24 words/],
      [['--signer', '0x12'], /'0x12' is no account/],
      [['--signer-file', join(digits, 'README.md')], /README\.md holds no secret/],
      [['--signer-file', join(here, 'none.txt')], /none\.txt.*: give the path of a file/],
      [['--output', join(here, 'none', 'x')], /none\/x.*: give --output a path that can be written/],
    ]) {
      const { code, stdout, stderr } = await run(...args);
      assert.equal(code, 1, `${args.join(' ')}: ${stdout}${stderr}`);
      assert.match(stderr, /^millrace: [^\n]+\n$/, args.join(' '));
      assert.match(stderr, told);
    }
  });
  it('of a script says so, too', { timeout: 600_000 }, async () => {
    for (const [name, args, told] of [
      ['history.js', ['--tempo', '3'], /^history: Unknown option '--tempo'/],
      ['history.js', ['--blocks', 'all'], /^history: --blocks takes a whole number/],
      ['soak.js', ['--tempo', '3'], /^soak: Unknown option '--tempo'/],
      ['soak.js', ['--minutes', 'many'], /^soak: --minutes takes a positive number, not "many"\n$/],
    ]) {
      const { code, stderr } = await script(name, ...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^[^\n]+\n$/);
      assert.match(stderr, told);
    }
  });
});
