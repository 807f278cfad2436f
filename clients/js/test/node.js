// Starts the real node binary on free ports and ends it by its own process id.

import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from '../client.js';

const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/millrace/target');
export const binary = process.env.MILLRACE_NODE ?? join(target, 'release/millrace-node');

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

/** Starts a program that writes what it says into a file by itself: a pipe through this process would have to outlive both. */
export function spawnInto(file, program, args, options = {}) {
  const log = openSync(file, 'a');
  try {
    return spawn(program, args, { ...options, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

/** Milliseconds that a node may take to start, on a machine that has much else to do. */
const STARTING = 600_000;

const running = new Set();

/** Ends the nodes that a test which failed left running; they would keep this process from ending. */
export const stopAll = () => Promise.all([...running].map((node) => node.stop('SIGKILL')));

/** A running development node and an api connected to it; `chain` is a specification other than the node's own. */
export async function startNode({ base = basePath(), chain, args = [], env = {}, blockTime = 1000, threshold = 64 } = {}) {
  const [rpc, p2p] = [await freePort(), await freePort()];
  const given = [
    ...(chain ? ['--chain', chain, '--mine'] : ['--dev']),
    '--base-path',
    base,
    '--dev-block-time',
    String(blockTime),
    '--rpc-port',
    String(rpc),
    '--port',
    String(p2p),
    '--no-hardware-benchmarks',
    '--no-prometheus',
    '--no-telemetry',
    '--database',
    'paritydb',
    '--db-storage-threshold',
    String(threshold),
    ...args,
  ];
  const child = spawnInto(join(base, 'node.log'), binary, given, { env: { ...process.env, ...env } });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const node = { base, child, url: `ws://127.0.0.1:${rpc}`, ended, log: () => readFileSync(join(base, 'node.log'), 'utf8') };
  node.stop = async (signal = 'SIGTERM') => {
    running.delete(node);
    await node.api?.disconnect();
    child.kill(signal);
    await ended;
  };
  node.remove = () => rmSync(base, { recursive: true, force: true });
  running.add(node);
  node.api = await Promise.race([
    connect(node.url, { timeout: STARTING }),
    ended.then((code) => Promise.reject(new Error(`the node ended with ${code}; see ${join(base, 'node.log')}`))),
  ]);
  return node;
}
