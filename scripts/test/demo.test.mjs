// Runs the demo as `make demo` does, and looks at the page whose address it prints.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../clients/js/test/node.js';
import { NODE, ROOT } from '../lib/commands.mjs';

const PATIENCE = 1_200_000;

/** Starts the demo. `printed` has what it says, `ended` its exit code. */
function demo(ports) {
  assert.ok(existsSync(join(ROOT, 'explorer/dist/index.html')), "there is no page to serve: run 'make page'");
  const env = { ...process.env, RPC_PORT: String(ports.rpc), PAGE_PORT: String(ports.page) };
  const child = spawn('scripts/demo.sh', [NODE()], { cwd: ROOT, env });
  const run = { child, printed: '', ended: once(child, 'close').then(([code]) => code) };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      run.printed += data;
    });
  }
  return run;
}

const listens = (port) =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );

describe('the demo', () => {
  it('has a task executed, and serves the page at the address that it prints', { timeout: PATIENCE }, async () => {
    const ports = { rpc: await freePort(), page: await freePort() };
    const run = demo(ports);
    try {
      let over = false;
      run.ended.then(() => {
        over = true;
      });
      while (!/Ctrl-C ends it/.test(run.printed)) {
        assert.ok(!over, run.printed);
        await sleep(500);
      }
      assert.match(run.printed, /^accuracy +\d+ of 64 right/m);
      assert.match(run.printed, /^paid +[\d.]+ MILL to 5/m);
      const [, address] = /^explorer +(\S+)$/m.exec(run.printed) ?? [];
      assert.equal(address, `http://127.0.0.1:${ports.page}/?node=ws://127.0.0.1:${ports.rpc}`);
      const page = await (await fetch(address)).text();
      assert.match(page, /<title>.*Millrace/);
      const [, script] = /<script [^>]*src="([^"]+)"/.exec(page) ?? [];
      assert.equal((await fetch(new URL(script, address))).status, 200, script);
    } finally {
      run.child.kill('SIGTERM');
      await run.ended;
    }
    assert.deepEqual([await listens(ports.rpc), await listens(ports.page)], [false, false], 'both are ended with it');
  });

  for (const [taken, variable] of [
    ['rpc', 'RPC_PORT'],
    ['page', 'PAGE_PORT'],
  ]) {
    it(`says that ${variable} is taken, before it starts anything`, { timeout: PATIENCE }, async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address();
      const run = demo({ rpc: await freePort(), page: await freePort(), [taken]: port });
      assert.equal(await run.ended, 1);
      assert.match(run.printed, new RegExp(`^demo: something listens on port ${port} already: .* set ${variable} to`));
      assert.doesNotMatch(run.printed, /started|explorer/);
      other.close();
    });
  }

  it('says that its node has ended, and why', { timeout: PATIENCE }, async () => {
    const env = { ...process.env, RPC_PORT: String(await freePort()), PAGE_PORT: String(await freePort()) };
    const run = spawn('scripts/demo.sh', ['/bin/false'], { cwd: ROOT, env });
    let said = '';
    run.stderr.on('data', (data) => {
      said += data;
    });
    const [code] = await once(run, 'close');
    assert.equal(code, 1);
    assert.match(said, /^demo: the node has ended/);
  });
});
