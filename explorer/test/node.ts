// Starts the real node on ports that are free, and a proxy before it that a test can cut.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/millrace/target');
const binary = process.env.MILLRACE_NODE ?? join(target, 'release/millrace-node');
/** A busy machine takes its time to compile the runtime. */
export const STARTS_WITHIN = 600_000;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

export interface Node {
  port: number;
  url: string;
  stop: () => Promise<void>;
}

/** A development node, once it listens: on a free port that it takes itself, unless one is given. */
export async function startNode({ port, blockTime = 1_000 }: { port?: number; blockTime?: number } = {}): Promise<Node> {
  const base = mkdtempSync(join(tmpdir(), 'millrace-explorer-'));
  const file = join(base, 'node.log');
  const log = openSync(file, 'a');
  const own = [
    '--dev',
    '--base-path',
    base,
    '--dev-block-time',
    String(blockTime),
    '--rpc-port',
    String(port ?? 0),
    '--port',
    '0',
  ];
  const rest = [
    '--no-hardware-benchmarks',
    '--no-prometheus',
    '--no-telemetry',
    '--database',
    'paritydb',
    '--db-storage-threshold',
    '64',
  ];
  const child = spawn(binary, [...own, ...rest], { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = once(child, 'exit');
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    await ended;
    rmSync(base, { recursive: true, force: true });
  };
  const late = Date.now() + STARTS_WITHIN;
  for (;;) {
    const said = readFileSync(file, 'utf8');
    const rpc = Number(/JSON-RPC server: addr=127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    // One that is taken makes the node listen elsewhere.
    if (rpc === (port ?? rpc)) return { port: rpc, url: `ws://127.0.0.1:${rpc}`, stop: () => stop() };
    if (rpc || child.exitCode !== null || Date.now() > late) {
      await stop('SIGKILL');
      throw new Error(`The node doesn't listen${port ? ` on port ${port}` : ''}:\n${said.slice(-2_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export interface Proxy {
  url: string;
  /** Ends all connections and takes no new ones. */
  cut: () => Promise<void>;
  mend: () => Promise<void>;
  /** Holds back all bytes, as a node does that no longer runs, and lets them go. */
  hold: (held: boolean) => void;
}

/** Passes bytes on to a port, until it's cut. */
export async function startProxy(to: number): Promise<Proxy> {
  const port = await freePort();
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const node = connect(to, '127.0.0.1');
    for (const [socket, other] of [
      [client, node],
      [node, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const mend = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  const hold = (held: boolean) => {
    for (const socket of open) {
      if (held) socket.pause();
      else socket.resume();
    }
  };
  await mend();
  return { url: `ws://127.0.0.1:${port}`, cut, mend, hold };
}
