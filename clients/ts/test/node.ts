// Starts the real node on ports that are free, and a proxy before it that a test can cut.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect as dial, createServer, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { WebSocket } from 'ws';

import { type ConnectOptions, connect, type Millrace, MillraceError, type Metadata } from '../src/index.js';

const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/millrace/target');
const binary = process.env.MILLRACE_NODE ?? join(target, 'release/millrace-node');

/** The folder of the package. */
export const home = new URL('../..', import.meta.url).pathname;
const models = join(home, '../../models');
const digits = join(models, 'digits');
export const modelFile = join(digits, 'digits.millrace');
export const encoding = new Uint8Array(readFileSync(modelFile));
/** The encoding of a model of the zoo. Each takes 64 bytes, and answers with an index. */
export const zoo = (name: string) => new Uint8Array(readFileSync(join(models, 'zoo', `${name}.millrace`)));
export const heldout = new Uint8Array(readFileSync(join(digits, 'heldout.bin')));
export const labels = [...readFileSync(join(digits, 'heldout-labels.bin'))];
/** What the digits' model is, for people. */
export const DIGITS: Metadata = {
  name: 'digits',
  licence: 'CC-BY-4.0',
  input: { shape: [8, 8, 1], meaning: 'grey levels from 0 to 16, row by row', scale: '0.14285714285714285', zeroPoint: 0 },
  output: { shape: [1], meaning: 'the digit', scale: '1', zeroPoint: 0 },
  labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
};
/** Bytes of one digit. */
export const SAMPLE = 64;

/** The error that something ends with. */
export async function failure(doing: Promise<unknown>): Promise<MillraceError> {
  const error = await doing.then(
    (answer) => assert.fail(`it brought ${String(answer)}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof MillraceError, String(error));
  assert.ok(error.sentence && error.remedy, `${error.code} has a sentence and a remedy`);
  return error;
}

/** Planck: half of what the dev chain's slots ask for all held-out digits, and enough for some blocks of waiting. */
export const TOO_LITTLE = 50_000_000n;

export interface Node {
  url: string;
  stop(): Promise<void>;
}

/** Milliseconds that a node may take to start, on a machine that has much else to do. */
const STARTING = 600_000;

/** Where a node listens, once it says so in its log. */
async function address(node: ChildProcess, log: string): Promise<string> {
  const end = Date.now() + STARTING;
  for (;;) {
    const said = readFileSync(log, 'utf8');
    const [, found] = /JSON-RPC server: addr=(127\.0\.0\.1:\d+)/.exec(said) ?? [];
    if (found) return `ws://${found}`;
    assert.ok(node.exitCode === null && node.signalCode === null, `the node ended: ${said.slice(-2000)}`);
    assert.ok(Date.now() < end, `the node doesn't listen within ${STARTING} ms: ${said.slice(-2000)}`);
    await sleep(100);
  }
}

/** A development node, once it answers: that of MILLRACE_URL if there is one, which saves its start. */
export async function startNode({ args = [] as string[], blockTime = 1000 } = {}): Promise<Node> {
  if (process.env.MILLRACE_URL) return { url: process.env.MILLRACE_URL, stop: async () => undefined };
  const base = mkdtempSync(join(tmpdir(), 'millrace-ts-'));
  const file = join(base, 'node.log');
  const log = openSync(file, 'a');
  const common = ['--no-hardware-benchmarks', '--no-prometheus', '--no-telemetry', '--database', 'paritydb'];
  // The node takes free ports itself: one that is chosen here may be another's until it starts.
  const ports = ['--rpc-port', '0', '--port', '0'];
  const child = spawn(
    binary,
    [
      '--dev',
      '--base-path',
      base,
      '--dev-block-time',
      String(blockTime),
      ...ports,
      ...common,
      '--db-storage-threshold',
      '64',
      ...args,
    ],
    { stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const ended = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
    rmSync(base, { recursive: true, force: true });
  };
  try {
    const url = await address(child, file);
    (await client(url, { timeout: STARTING })).close();
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Connects with the WebSocket of `ws`, which each Node can. */
export const client = (url: string, options: ConnectOptions = {}): Promise<Millrace> =>
  connect(url, { webSocket: WebSocket as unknown as typeof globalThis.WebSocket, ...options });

/** A proxy before a node. */
export async function startProxy(url: string) {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let open = true;
  const server = createServer((outer) => {
    if (!open) {
      outer.destroy();
      return;
    }
    const inner = dial(Number(port), hostname);
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    open = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: () => {
      open = true;
    },
    stop: () => {
      cut();
      server.close();
    },
  };
}
