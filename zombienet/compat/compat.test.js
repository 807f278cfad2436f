// The runtime on tools that know nothing of Millrace: the SDK's host functions, the stock node, chopsticks, polkadot-api.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { account, connect, digits, modelId, post, UNIT } from '../../clients/js/client.js';
import { freePort, startNode } from '../../clients/js/test/node.js';

const here = dirname(fileURLToPath(import.meta.url));
const release = join(process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/millrace/target'), 'release');
const blob = join(release, 'wbuild/millrace-runtime/millrace_runtime.wasm');
const models = join(here, '../../models/digits');
const model = modelId(readFileSync(join(models, 'digits.millrace')));

/** The runtime interfaces of the SDK's release: ext_<interface>_<function>_version_<n>. */
const INTERFACES = [
  'allocator',
  'crypto',
  'default_child_storage',
  'hashing',
  'logging',
  'misc',
  'offchain',
  'offchain_index',
  'panic_handler',
  'storage',
  'storage_proof_size',
  'transaction_index',
  'trie',
  'wasm_tracing',
];

/** Posts 16 digits on a chain that knows the demo model; resolves with the task's number. */
async function postsATask(url) {
  const api = await connect(url, { timeout: 120_000 });
  try {
    const now = (await api.query.system.number()).toNumber();
    const { input } = digits(models, 16);
    const { task } = await post(api, account('//Bob'), { model, input, maxPrice: UNIT, deadline: now + 100 });
    assert.ok((await api.query.tasks.tasks(task)).isSome);
    return task;
  } finally {
    await api.disconnect();
  }
}

/** Starts a program and ends it with the test. */
function start(t, program, args) {
  const child = spawn(program, args, { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

describe('the runtime', () => {
  it('imports nothing but host functions of the SDK', () => {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(blob)));
    const functions = imports.filter(({ kind }) => kind === 'function').map(({ name }) => name);
    assert.ok(functions.length > 10);
    const known = new RegExp(`^ext_(${INTERFACES.join('|')})_[a-z0-9_]+_version_\\d+$`);
    assert.deepEqual(
      functions.filter((name) => !known.test(name)),
      [],
    );
  });

  it('runs on the unmodified omni-node', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-omni-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const spec = join(folder, 'local.json');
    writeFileSync(
      spec,
      execFileSync(join(release, 'millrace-node'), ['export-chain-spec', '--chain', 'local'], {
        maxBuffer: 1 << 26,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    const [rpc, p2p] = [await freePort(), await freePort()];
    start(t, join(release, 'millrace-omni-node'), [
      '--chain',
      spec,
      '--dev-block-time',
      '1000',
      '--base-path',
      folder,
      '--rpc-port',
      String(rpc),
      '--port',
      String(p2p),
      '--no-hardware-benchmarks',
      '--no-prometheus',
      '--no-telemetry',
    ]);
    assert.equal(typeof (await postsATask(`ws://127.0.0.1:${rpc}`)), 'bigint');
  });

  it('gives polkadot-api its types', () => {
    const folder = mkdtempSync(join(here, '.papi-test-')); // here, so that its output finds the packages
    try {
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
      symlinkSync(join(here, 'node_modules'), join(folder, 'node_modules'));
      execFileSync(join(here, 'node_modules/.bin/papi'), ['add', 'millrace', '--wasm', blob], {
        cwd: folder,
        stdio: 'pipe',
        timeout: 180_000,
      });
      const found = readdirSync(join(folder, '.papi'), { recursive: true }).filter((file) => String(file).endsWith('.d.ts'));
      const types = found.map((file) => readFileSync(join(folder, '.papi', String(file)), 'utf8')).join('\n');
      assert.match(types, /max_price/);
      assert.match(types, /LeaseFailed/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  describe('on a running chain', () => {
    let node;
    before(async () => {
      node = await startNode({ args: ['--no-mine'] });
    });
    after(async () => {
      await node?.stop();
      node?.remove();
    });

    it('is forked by chopsticks, where a task can be posted', async (t) => {
      const port = await freePort();
      start(t, join(here, 'node_modules/.bin/chopsticks'), [
        '--endpoint',
        node.url,
        '--port',
        String(port),
        '--build-block-mode',
        'Instant',
      ]);
      assert.equal(typeof (await postsATask(`ws://127.0.0.1:${port}`)), 'bigint');
    });
  });
});
