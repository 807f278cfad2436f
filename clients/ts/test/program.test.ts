// The examples of README.md and the program, as they are built, over a real node; and a bundle for browsers.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { build } from 'esbuild';

import { DIGITS, heldout, home, modelFile, type Node, SAMPLE, startNode, zoo } from './node.js';

const PATIENCE = 300_000;
const main = join(home, 'dist/cli/main.js');
/** Gives a Node that has no WebSocket that of `ws`. What it has behind a flag keeps a program from ending. */
const preload = `import { WebSocket } from 'ws';\nglobalThis.WebSocket ??= WebSocket;\n`;

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

const run = (args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: home }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

describe('the built package', () => {
  let node: Node;
  let folder: string;
  const millrace = (...args: string[]) => run([main, ...args, '--url', node.url]);

  before(async () => {
    node = await startNode();
    // Within the package, so that examples find it by its name.
    folder = mkdtempSync(join(home, 'build/examples-'));
    writeFileSync(join(folder, 'preload.mjs'), preload);
  });
  after(async () => {
    await node?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('does what README.md shows', { timeout: 2 * PATIENCE }, async () => {
    const blocks = [...readFileSync(join(home, 'README.md'), 'utf8').matchAll(/^```(\w+) run\n([\s\S]*?)^```$/gm)];
    assert.ok(blocks.length >= 5);
    for (const [index, [, language, code = '']] of blocks.entries()) {
      if (language === 'js') {
        const file = join(folder, `${index}.mjs`);
        writeFileSync(file, code.replaceAll('ws://127.0.0.1:9944', node.url));
        const { code: status, stderr, stdout } = await run(['--import', join(folder, 'preload.mjs'), file]);
        assert.equal(status, 0, `${code}\n${stderr}`);
        // What a comment after console.log promises is printed.
        for (const [, promised = ''] of code.matchAll(/^.*console\.log\(.*\); \/\/ ([^:\n]*?)(?::.*)?$/gm)) {
          for (const part of promised.split(', ')) assert.ok(stdout.includes(part), `${part} isn't in ${stdout}`);
        }
      } else {
        for (const line of code.trim().split('\n')) {
          const { code: status, stderr } = await millrace(...line.split(' ').slice(1));
          assert.equal(status, 0, `${line}\n${stderr}`);
        }
      }
    }
  });

  it('answers programs in JSON and people in lines, with an exit code', { timeout: PATIENCE }, async () => {
    const file = join(folder, 'batch.bin');
    writeFileSync(file, heldout.subarray(0, 2 * SAMPLE));
    const output = join(folder, 'output.bin');
    const posted = await millrace('post', modelFile, file, '--signer', '//Bob', '--json', '--output', output);
    assert.equal(posted.code, 0, posted.stderr);
    const { fate, output: bytes, final, task } = JSON.parse(posted.stdout);
    assert.equal(fate.end.kind, 'settled');
    assert.match(fate.end.paid, /^\d+$/);
    assert.ok(final);
    assert.equal(`0x${readFileSync(output).toString('hex')}`, bytes);

    const watched = await millrace('watch', String(task));
    // What is said of the model on this chain by now is another test's.
    assert.match(watched.stdout, /^output 0: 2( → .*)?\noutput 1: 0( → .*)?\nsettled/);
    const late = await millrace('cancel', String(task), '--signer', '//Bob', '--json');
    assert.equal(late.code, 1);
    assert.equal(JSON.parse(late.stderr.slice(late.stderr.indexOf('{'))).code, 'Tasks.NotFound');

    const waiting = await millrace(
      'post',
      modelFile,
      '../../models/digits/heldout.bin',
      '--signer',
      '//Bob',
      '--max-price',
      '1000000',
      '--blocks',
      '20',
    );
    assert.equal(waiting.code, 3, waiting.stderr);
    assert.match(waiting.stdout, /^refunded +in block \d+: .*--max-price/);
  });

  it('looks whether it can write an answer before that is paid for', { timeout: PATIENCE }, async () => {
    const posted = async () => JSON.parse((await millrace('round', '--json')).stdout).market.posted;
    const before = await posted();
    const nowhere = join(folder, 'none', 'output.bin');
    const refused = await millrace('post', modelFile, modelFile, '--signer', '//Bob', '--output', nowhere);
    assert.equal(refused.code, 2, refused.stdout);
    assert.match(refused.stderr, /can't write .*output\.bin/);
    assert.equal(await posted(), before);
    // A disk that is full shows only later.
    const file = join(folder, 'one.bin');
    writeFileSync(file, heldout.subarray(0, SAMPLE));
    const full = await millrace('post', modelFile, file, '--signer', '//Bob', '--output', '/dev/full');
    assert.equal(full.code, 2, full.stderr);
    assert.match(full.stdout, /^output 0: 2.*\nsettled [\s\S]*\nposting [\s\S]*\ncame back /);
    assert.match(full.stderr, /can't write \/dev\/full: ENOSPC.* millrace watch \d+ --output FILE/);
  });

  it('posts real numbers and prints labels once a model is described', { timeout: PATIENCE }, async () => {
    const metadata = join(folder, 'digits.json');
    const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    writeFileSync(metadata, JSON.stringify({ ...DIGITS, labels: words }));
    const described = await millrace('describe', modelFile, metadata, '--signer', '//Alice');
    assert.equal(described.code, 0, described.stderr);
    assert.match(described.stdout, /^described +as digits in block \d+/);

    const batch = join(folder, 'batch.npy');
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 8, 8, 1), }".padEnd(117);
    const reals = Float32Array.from(heldout.subarray(0, 2 * SAMPLE), (byte) => byte / 7);
    writeFileSync(batch, Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00v\x00${header}\n`, 'latin1'), Buffer.from(reals.buffer)]));
    const posted = await millrace('post', modelFile, batch, '--signer', '//Bob');
    assert.equal(posted.code, 0, posted.stderr);
    assert.match(posted.stdout, /^output 0: 2 → two\noutput 1: 0 → zero\nsettled/);
    const task = /^task +(\d+)/m.exec(posted.stderr)?.[1] ?? '';
    const watched = await millrace('watch', task, '--json');
    assert.deepEqual(JSON.parse(watched.stdout).answers, [
      { label: 'two', index: 2, scores: null },
      { label: 'zero', index: 0, scores: null },
    ]);
    const listed = await millrace('models');
    assert.match(listed.stdout, /listed for sprints: digits$/m);
  });

  it('registers a model with the metadata beside it', { timeout: PATIENCE }, async () => {
    const register = (name: string, ...args: string[]) =>
      millrace('register', join(folder, `${name}.millrace`), '--signer', '//Bob', ...args);
    for (const name of ['cnn', 'mlp', 'residual']) writeFileSync(join(folder, `${name}.millrace`), zoo(name));
    for (const name of ['cnn', 'mlp']) {
      writeFileSync(join(folder, `${name}.metadata.json`), JSON.stringify({ ...DIGITS, name: `the ${name}` }));
    }
    const beside = await register('cnn');
    assert.equal(beside.code, 0, beside.stderr);
    assert.match(beside.stdout, /\(registered now\)\nmetadata +the cnn, from .*cnn\.metadata\.json\non hold/);
    assert.match((await register('cnn')).stdout, /\(on chain already\)\nmetadata +the cnn, as in .*cnn\.metadata\.json\n/);
    const others = await register('cnn', '--metadata', join(folder, 'mlp.metadata.json'));
    assert.match(others.stdout, /\nmetadata +the cnn; millrace describe puts those of .*mlp\.metadata\.json in their place\n/);
    assert.match((await register('mlp', '--no-metadata')).stdout, /\(registered now\)\nmetadata +none\n/);
    const named = await register('residual', '--metadata', join(folder, 'mlp.metadata.json'), '--json');
    assert.equal(named.code, 0, named.stderr);
    assert.deepEqual(JSON.parse(named.stdout).metadata, { ...DIGITS, name: 'the mlp' });

    assert.equal((await register('cnn', '--no-metadata', '--metadata', 'x.json')).code, 2);
    writeFileSync(join(folder, 'cnn.metadata.json'), '{}');
    const empty = await register('cnn');
    assert.equal(empty.code, 2);
    assert.match(empty.stderr, /no 'name', 'licence', 'input', 'output', 'labels' in the metadata/);
  });

  it('offers a model, lists what an account has, and takes a model back', { timeout: PATIENCE }, async () => {
    const file = join(folder, 'separable.millrace');
    writeFileSync(file, zoo('separable'));
    assert.equal((await millrace('register', file, '--signer', '//Dave')).code, 0);
    assert.equal((await millrace('offer', file, '--signer', '//Bob', '--json')).code, 1);
    const offered = await millrace('offer', file, '--signer', '//Charlie');
    assert.equal(offered.code, 0, offered.stderr);
    assert.match(offered.stdout, /^offered +\d+ slots, \d+ models, \d+ planck per mega-MAC\n$/);
    assert.match((await millrace('offers', file)).stdout, /^5\w+ slot \d: /);
    assert.equal((await millrace('offer', file, '--signer', '//Charlie')).stdout, 'offered    already\n');

    const batch = join(folder, 'three.bin');
    writeFileSync(batch, heldout.subarray(0, 3 * SAMPLE));
    assert.equal((await millrace('post', file, batch, '--signer', '//Dave')).code, 0);
    const tasks = await millrace('tasks', '//Dave', '--count', '1');
    assert.match(tasks.stdout, /^task \d+: 3 samples of 0x\w{64}, settled in block \d+, cost [\d.]+ MILL\n/);
    assert.equal((await millrace('tasks', '//Nobody')).stdout, 'this account has posted nothing that the chain still keeps\n');
    assert.match((await millrace('unclaimed', '//Nobody')).stdout, /^nothing to claim$/m);
    const whole = await millrace('resume', '--signer', '//Charlie', '--json');
    assert.equal(JSON.parse(whole.stderr).code, 'Miners.NotSuspended');

    assert.equal((await millrace('retire', file, '--signer', '//Bob')).code, 1);
    const retired = await millrace('retire', file, '--signer', '//Dave');
    assert.match(
      retired.stdout,
      /^retired +in block \d+ .*\nremovable +from block \d+ on, once no open task uses it; 0 do now\n$/,
    );
    const soon = await millrace('remove', file, '--signer', '//Dave', '--json');
    assert.equal(soon.code, 1);
    const { code, remedy } = JSON.parse(soon.stderr);
    assert.deepEqual([code, remedy], ['Models.RetiredOfLate', 'Remove it once the removal delay is over.']);
  });

  it('says what is wrong on the command line', { timeout: PATIENCE }, async () => {
    for (const [args, told] of [
      [[], /What is to be done/],
      [['dance'], /no command 'dance'/],
      [['round', '--tempo', '3'], /--tempo/],
      [['watch'], /takes TASK/],
      [['watch', 'first'], /whole number/],
      [['post', modelFile, 'no.npy', '--signer', '//Bob'], /can't read no\.npy/],
      [['post', modelFile, modelFile], /--signer/],
      [['claim', '--account', 'nonsense', '--signer', '//Bob'], /'nonsense' is no address/],
      [['tasks'], /takes ACCOUNT/],
    ] as const) {
      const { code, stderr } = await millrace(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, told);
    }
    assert.equal((await run([main, 'round', '--url', 'ws://127.0.0.1:1', '--timeout', '2'])).code, 4);
    const { stdout } = await run([main, '--help']);
    for (const [, name = ''] of stdout.matchAll(/^ {2}([a-z]+) [A-Z ]* {2,}/gm)) {
      const help = await run([main, name, '--help']);
      assert.equal(help.code, 0);
      assert.match(help.stdout, new RegExp(`^millrace ${name}`));
    }
  });
});

describe('a bundle for browsers', () => {
  it('needs nothing of Node', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [join(home, 'dist/index.js')],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      minify: true,
      write: false,
      metafile: true,
    });
    const inputs = Object.keys(metafile.inputs);
    assert.deepEqual(
      inputs.filter((input) => /node_modules\/ws\/|^node:/.test(input)),
      [],
    );
    assert.ok((outputFiles[0]?.contents.length ?? 0) < 700_000, `${outputFiles[0]?.contents.length} bytes`);
  });
});
