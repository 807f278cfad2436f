// Starts the real node binary on free ports and ends it by its own process id.

import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from '../client.js';

const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/millrace/target');
const binary = process.env.MILLRACE_NODE ?? join(target, 'release/millrace-node');

export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

export const basePath = () => mkdtempSync(join(tmpdir(), 'millrace-'));

/** A running development node and an api connected to it. */
export async function startNode({ base = basePath(), args = [], blockTime = 1000, threshold = 64 } = {}) {
  const [rpc, p2p] = [await freePort(), await freePort()];
  const child = spawn(binary, [
    '--dev', '--base-path', base, '--dev-block-time', String(blockTime), '--rpc-port', String(rpc), '--port', String(p2p),
    '--no-hardware-benchmarks', '--no-prometheus', '--no-telemetry', '--database', 'paritydb',
    '--db-storage-threshold', String(threshold), ...args,
  ]);
  const log = createWriteStream(join(base, 'node.log'), { flags: 'a' });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const node = { base, child, url: `ws://127.0.0.1:${rpc}`, ended, log: () => readFileSync(join(base, 'node.log'), 'utf8') };
  node.api = await Promise.race([
    connect(node.url, { timeout: 90_000 }),
    ended.then((code) => Promise.reject(new Error(`the node ended with ${code}; see ${join(base, 'node.log')}`))),
  ]);
  node.stop = async (signal = 'SIGTERM') => {
    await node.api.disconnect();
    child.kill(signal);
    await ended;
  };
  node.remove = () => rmSync(base, { recursive: true, force: true });
  return node;
}
