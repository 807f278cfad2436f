// Runs what the documents for requesters tell people to run, in their order and against one development node, and holds what is
// printed against what they show. Numbers may differ; words, lines and models' names may not.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startNode, stopAll } from '../../clients/js/test/node.js';
import { blocks, inline, MODEL, PROGRAM, ROOT, read } from '../lib/commands.mjs';

const PATIENCE = 600_000;
/** Done before this test, or in another way by it. */
const BEFORE = /^(cargo build|make (package|client)|alias|npm ci)\b/;
/** Needs a program of its own, which `make test-text` builds, and a model's weights, which are 84 MB and more to download. */
const ELSEWHERE = /\bFOLDER\b|\bminilm\b|\bsmollm2\b|\bmobilenet\b/;
/** Says what a command is, and leaves out what it works on; or would need the reader's own files. */
const NAMED_ONLY = /^(millrace|millrace-model) [a-z]+$|float\.onnx/;

/** How a text looks to one who doesn't read numbers and addresses. */
const shape = (text) =>
  text
    .replace(/\b5[1-9A-HJ-NP-Za-km-z]{46,47}\b/g, 'ADDRESS')
    .replace(/-?\b\d+(\.\d+)?/g, 'N')
    .replace(/[ \t]+/g, ' ');

/** Whether a program printed what a document shows, where … stands for any lines. */
function assertShown(printed, shown, command) {
  const lines = shown.filter((line, index) => line || index < shown.length - 1);
  const quoted = (line) => shape(line).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // The name of a model is the hash of its bytes, which are the same on each machine; any other hash is another each time.
  const patternOf = (line) => {
    if (line === '…') return '(?:.*\\n)*?';
    // How often a program looks decides whether it sees a task wait, and at work.
    return line.startsWith('leased ') ? `(?:waiting .*\\n|${quoted(line)}\\n)*` : `${quoted(line)}\\n`;
  };
  const pattern = lines.map(patternOf).join('');
  const names = /0x[0-9a-f]{64}/g;
  const [expected, found] = [shown.join('\n'), printed].map((text) => text.match(names) ?? []);
  for (const name of expected) assert.ok(found.includes(name), `${command} doesn't print ${name}, but\n${printed}`);
  const hidden = (text) => text.replace(/0x(N|[0-9a-f])+/g, 'HASH');
  const said = hidden(shape(printed));
  assert.match(said, new RegExp(`^${hidden(pattern)}$`), `${command} prints otherwise:\n${printed}`);
}

describe('what the documents show', () => {
  let node;
  let folder;

  /** Runs a line in the folder, with our programs by their names; resolves with what it prints and its exit code. */
  const run = (line) =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}`, NO_COLOR: '1' };
      const child = spawn('sh', ['-c', `exec 2>&1; ${line}`], { cwd: folder, env, timeout: PATIENCE });
      let printed = '';
      child.stdout.on('data', (data) => {
        printed += data;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, printed }));
    });
  /** The same, for a line that must succeed. An offer is in force with the next round, which readers are told to wait for. */
  const succeed = async (line) => {
    const { code, printed } = await run(line);
    assert.equal(code, 0, `${line}\n${printed}`);
    const offered = /cli\.js offer (\S+)/.exec(line)?.[1];
    for (let end = Date.now() + PATIENCE; offered; await sleep(1_000)) {
      if (/ slot 0: /.test((await run(`millrace offers ${offered}`)).printed)) break;
      assert.ok(Date.now() < end, `${line}: no slot offers the model`);
    }
    return printed;
  };

  before(async () => {
    node = await startNode({ blockTime: 2_000 });
    folder = mkdtempSync(join(tmpdir(), 'millrace-walkthrough-'));
    for (const name of readdirSync(ROOT)) symlinkSync(join(ROOT, name), join(folder, name));
    const program = (name, text) => {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, 'bin', name), 0o755);
    };
    mkdirSync(join(folder, 'bin'));
    program('millrace-model', `exec '${MODEL()}' "$@"`);
    program('millrace', `exec '${process.execPath}' '${PROGRAM()}' "$@" --url ${node.url}`);
    // The client's own program, wherever it is called from.
    program('node', `exec '${process.execPath}' "$@" --url ${node.url}`);
    symlinkSync(join(ROOT, 'clients/js/cli.js'), join(folder, 'cli.js'));
  });
  after(async () => {
    await stopAll();
    node?.remove();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('goes from an ONNX file to a verified answer in five commands', { timeout: PATIENCE }, async () => {
    const guide = read('docs/requesters.md');
    const all = blocks(guide).filter(({ commands }) => commands.some((command) => !BEFORE.test(command)));
    const run = all.flatMap(({ commands }) => commands.filter((command) => !BEFORE.test(command)));
    const names = run.map((command) => command.split(' ').slice(0, 2).join(' '));
    for (const name of ['millrace-model check', 'millrace-model import', 'millrace register', 'millrace quote', 'millrace post'])
      assert.ok(names.includes(name), `${name} is one of the five`);
    for (const { commands, shown } of all) {
      let printed = '';
      for (const command of commands.filter((each) => !BEFORE.test(each))) printed += await succeed(command);
      if (shown) assertShown(printed, shown, commands.at(-1));
    }
  });

  it('does what the sentences around them say', { timeout: PATIENCE }, async () => {
    const said = [...new Set(inline(read('docs/requesters.md')))].filter((command) => !BEFORE.test(command));
    const whole = said.filter((command) => !NAMED_ONLY.test(command) && !/^(make|millrace …)/.test(command));
    assert.ok(whole.length >= 4, whole.join());
    for (const command of whole) {
      if (!command.startsWith('millrace cancel')) {
        await succeed(command.startsWith('millrace describe') ? `${command} --signer //Bob` : command);
        continue;
      }
      // The task of the five commands has ended.
      const { code, printed } = await run(command);
      assert.equal(code, 1, printed);
      assert.match(printed, /No open task has this number\. The task is settled or refunded already\./);
    }
  });

  it('brings a model of onnxruntime to the chain', { timeout: PATIENCE }, async () => {
    const zoo = (from, to) => copyFileSync(join(ROOT, 'models/zoo', from), join(folder, to));
    zoo('mlp.int8.onnx', 'int8.onnx');
    zoo('heldout.npy', 'inputs.npy');
    zoo('labels.npy', 'onnxruntime-output.npy');
    zoo('labels.txt', 'labels.txt');
    writeFileSync(join(folder, 'cold.txt'), '//Charlie\n');
    const lines = blocks(read('docs/models.md')).flatMap(({ commands }) => commands);
    const ours = lines.filter((line) => !ELSEWHERE.test(line));
    for (const name of ['register', 'offer', 'post']) assert.ok(ours.some((line) => line.startsWith(`node cli.js ${name} `)));
    let quantization = '';
    for (const line of ours) {
      const printed = await succeed(line.replace('--scale S --zero-point Z', quantization));
      quantization = /^input +(--scale \S+ --zero-point \S+)$/m.exec(printed)?.[1] ?? quantization;
      if (line.startsWith('node cli.js post')) {
        assert.match(printed, /^output 0: .*\n[\s\S]*^settled .*\n[\s\S]*^came back /m);
      }
    }
    assert.ok(quantization, 'the import says how real numbers become bytes');
  });

  it('asks nodes for methods that they have', async () => {
    const documents = ['docs/miners.md', 'docs/collators.md'].map(read).join('\n');
    const asked = [...documents.matchAll(/"method":"(\w+)"/g)].map(([, method]) => method);
    assert.ok(asked.length >= 2);
    const { methods } = await node.api.rpc.rpc.methods();
    const known = methods.map(String);
    for (const method of asked) assert.ok(known.includes(method), `no node has ${method}`);
  });
});

describe('a text that a document shows', () => {
  it('is held against what is printed', () => {
    const here = '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y';
    const there = '5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy';
    const shown = ['task       0, in block 7 for 0.5 MILL', `leased     to ${here}`, '…', `paid       1.5 MILL to ${here}`, ''];
    const begin = 'task 12, in block 9 for 17 MILL\n';
    const end = `paid 2 MILL to ${there}\n`;
    assertShown(`${begin}leased to ${there}\na\nb\n${end}`, shown, 'x');
    assertShown(`${begin}waiting behind 3\nleased to ${there}\n${end}`, shown, 'x');
    assertShown(`${begin}${end}`, shown, 'x');
    assert.throws(() => assertShown(`${begin}${end}more\n`, shown, 'x'), /prints otherwise/);
    assert.throws(() => assertShown(`more\n${begin}${end}`, shown, 'x'), /prints otherwise/);
    assert.throws(() => assertShown(`${begin.replace('MILL', 'planck')}${end}`, shown, 'x'), /prints otherwise/);
    const [one, two] = ['0x'.padEnd(66, '1'), '0x'.padEnd(66, 'a')];
    assertShown(`name ${one}\n`, [`name       ${one}`], 'x');
    assert.throws(() => assertShown(`name ${two}\n`, [`name       ${one}`], 'x'), /doesn't print 0x1/);
  });
});
