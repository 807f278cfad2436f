// Runs what the documents tell miners, collators and readers to run, as far as one machine can: each command in the words of its
// document, with folders, files, addresses and ports of this test in place of those of the reader.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { account } from '../../clients/js/client.js';
import { startNode, stopAll } from '../../clients/js/test/node.js';
import { commands, MODEL, NODE, OTHERS, ROOT, read, UNRUN } from '../lib/commands.mjs';

const PATIENCE = 1_200_000;
/** What walkthrough.test.mjs doesn't run whole. */
const DOCUMENTS = [
  ...['README', 'CONTRIBUTING', 'monitoring/README', 'zombienet/README', 'chain-specs/README'].map((name) => `${name}.md`),
  ...['miners', 'collators', 'explorer', 'governance', 'economics', 'benchmarks', 'adding-an-operator'].map(
    (name) => `docs/${name}.md`,
  ),
];
const CHARLIE = account('//Charlie');
const MILL = Buffer.from('mill').toString('hex');

describe('what the documents tell operators', () => {
  let node;
  let folder;
  const all = [...new Set(DOCUMENTS.flatMap((document) => commands(read(document))))];

  /** Runs a command of the documents in the repository; resolves with what it prints, and the part of that which isn't for people alone. */
  const run = (line) =>
    new Promise((resolve, reject) => {
      execFile('sh', ['-c', line], { cwd: ROOT, timeout: PATIENCE, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
        error ? reject(new Error(`${line}\n${stdout}${stderr}`)) : resolve({ stdout, printed: stdout + stderr }),
      );
    });
  const here = (line) =>
    line
      .replace(/^sudo (-u \w+ )?/, '')
      .replace(/^millrace-node /, `'${NODE()}' `)
      .replace(/^millrace-model /, `'${MODEL()}' `)
      .replace('/etc/millrace.json', join(folder, 'chain.json'))
      .replace('/var/lib/millrace', folder)
      .replace('http://127.0.0.1:9944', node.url.replace('ws', 'http'))
      .replace('0x<account>', `0x${Buffer.from(CHARLIE.publicKey).toString('hex')}`)
      .replace(/<address( of the cold account)?>/, CHARLIE.address);
  const keys = () => readdirSync(join(folder, 'chains/millrace-local/keystore'));

  /**
   * What a command prints must be, by how it begins. `as` says it in another way, for a machine without a person; what `waits` is
   * run again until it says it.
   */
  const RUNS = [
    ['make help', { says: /^demo +Post the demo task/m }],
    ['millrace-node export-chain-spec --chain local --raw', { says: /"raw": \{/, keeps: 'chain.json' }],
    ['millrace-node export-chain-spec --chain local', { says: /"id": "millrace-local"/ }],
    ['millrace-node key generate --scheme sr25519', { says: /^Secret phrase: +(\w+ ){11}\w+$/m, keeps: 'key.txt' }],
    [
      'sudo -u millrace millrace-node key insert',
      {
        // It asks at a terminal, or takes a file.
        as: (line) => {
          const [, phrase] = /^Secret phrase: +(.*)$/m.exec(readFileSync(join(folder, 'key.txt'), 'utf8'));
          writeFileSync(join(folder, 'phrase.txt'), phrase.trim());
          return `${line} --suri '${join(folder, 'phrase.txt')}'`;
        },
        does: () => assert.ok(keys().some((name) => name.startsWith(MILL))),
      },
    ],
    ['sudo -u millrace millrace-node key generate-node-key', { says: /^12D3KooW\w+$/m }],
    ['millrace-node key inspect <address>', { says: new RegExp(CHARLIE.address) }],
    ['millrace-node engine devices', { says: /^cpu\t.*\texact$/m }],
    ['millrace-model inspect models/digits/digits.millrace', { says: /^model +5606 bytes/m }],
    // A win is rare, so the first one may take the node a while.
    [
      'node clients/js/history.js',
      { as: (line) => `${line} --url ${node.url}`, says: /^submissions and claims +\d+/m, waits: true },
    ],
    ['curl', { says: /"result":(\[\{"mill":"0x\w{64}","proof":"0x\w{128}"\}|\{"keys":"0x)/ }],
  ];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-operators-'));
    node = await startNode({ blockTime: 2_000 });
  });
  after(async () => {
    await stopAll();
    node?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is run, or has a reason why not', () => {
    const left = all.filter(
      (line) =>
        !RUNS.some(([begin]) => line.startsWith(begin)) &&
        !UNRUN.some(([pattern]) => pattern.test(line)) &&
        !Object.hasOwn(OTHERS, line.replace(/^sudo (-u \w+ )?/, '').split(' ')[0]),
    );
    assert.deepEqual(left, []);
    for (const [pattern] of UNRUN)
      assert.ok(
        all.some((line) => pattern.test(line)),
        `no document has ${pattern}`,
      );
  });

  it('does what they say', { timeout: PATIENCE }, async () => {
    const done = new Set();
    for (const [begin, { as = (line) => line, says, does, keeps, waits }] of RUNS) {
      const lines = all.filter((line) => line.startsWith(begin) && !done.has(line));
      assert.ok(lines.length > 0, `no document says ${begin}`);
      for (const line of lines) {
        done.add(line);
        let { stdout, printed } = await run(as(here(line)));
        while (waits && !says.test(printed)) {
          await setTimeout(1_000);
          ({ stdout, printed } = await run(as(here(line))));
        }
        if (says) assert.match(printed, says, line);
        if (keeps) writeFileSync(join(folder, keeps), stdout);
        does?.();
      }
    }
  });
});
