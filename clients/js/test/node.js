// Starts the real node binary on ports that are free, and ends it by its own process id.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from '../client.js';
import { until } from './checks.js';

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
  // The node takes free ports itself: one that is chosen here may be another's until it starts, and then it takes a port that
  // nobody asked for.
  const given = [
    ...(chain ? ['--chain', chain, '--mine'] : ['--dev']),
    '--base-path',
    base,
    '--dev-block-time',
    String(blockTime),
    '--rpc-port',
    '0',
    '--port',
    '0',
    '--no-hardware-benchmarks',
    '--no-prometheus',
    '--no-telemetry',
    '--database',
    'paritydb',
    '--db-storage-threshold',
    String(threshold),
    ...args,
  ];
  const file = join(base, 'node.log');
  // A life before this one had another address.
  const before = existsSync(file) ? statSync(file).size : 0;
  const child = spawnInto(file, binary, given, { env: { ...process.env, ...env } });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const node = { base, child, ended, log: () => readFileSync(file, 'utf8') };
  node.stop = async (signal = 'SIGTERM') => {
    running.delete(node);
    await node.api?.disconnect();
    child.kill(signal);
    await ended;
  };
  node.remove = () => rmSync(base, { recursive: true, force: true });
  running.add(node);
  const alive = () => assert.ok(child.exitCode === null && child.signalCode === null, `the node ended; see ${file}`);
  const address = () => {
    alive();
    return /JSON-RPC server: addr=(127\.0\.0\.1:\d+)/.exec(readFileSync(file).subarray(before).toString())?.[1];
  };
  node.url = `ws://${await until('the node listens', address, STARTING)}`;
  node.api = await Promise.race([connect(node.url, { timeout: STARTING }), ended.then(alive)]);
  return node;
}
