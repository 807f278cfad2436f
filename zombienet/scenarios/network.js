// Starts a test network through zombienet/network.sh, and kills, restarts and adds nodes by their own process ids.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { connect } from '../../clients/js/client.js';
import { spawnInto } from '../../clients/js/test/node.js';

const here = dirname(fileURLToPath(import.meta.url));
const programs = join(process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/millrace/target'), 'release');

/** Polls until `look` gives something, or fails with what was awaited. */
export async function until(what, look, { timeout = 300_000, every = 2_000 } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${timeout / 1000} s`);
    await sleep(every);
  }
}

/** The processes that were given a path in a folder, as { pid, argv }. */
function users(folder) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
        return argv.some((argument) => argument.startsWith(folder)) ? [{ pid: Number(pid), argv }] : [];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}

/** Kills a process, unless it ended by itself meanwhile. */
function end(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Every node that zombienet wrote down, by name. */
function listed(value, found = {}) {
  if (value && typeof value === 'object') {
    if (typeof value.name === 'string' && typeof value.ws_uri === 'string') found[value.name] = value;
    for (const inner of Object.values(value)) listed(inner, found);
  }
  return found;
}

export class Network {
  static async start(file, { timeout = 600_000, env = {} } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-net-'));
    const log = join(folder, 'zombienet.log');
    const child = spawnInto(log, join(here, '../network.sh'), [join(here, '..', file)], {
      env: {
        ...process.env,
        ...env,
        ZOMBIENET_DIR: folder,
        ZOMBIENET_SKIP_BUILD: '1',
        ZOMBIENET_VERIFIER: 'none',
        NO_COLOR: '1',
      },
    });
    const network = new Network(folder, child);
    child.on('exit', (code) => {
      network.ended = code ?? 'a signal';
    });
    try {
      await until(
        'the network is up',
        () => {
          if (network.ended !== undefined) throw new Error(`zombienet ended with ${network.ended}; see ${log}`);
          return existsSync(join(folder, 'zombie.json'));
        },
        { timeout },
      );
    } catch (error) {
      await network.stop();
      throw error;
    }
    network.nodes = listed(JSON.parse(readFileSync(join(folder, 'zombie.json'), 'utf8')));
    return network;
  }

  constructor(folder, child) {
    Object.assign(this, { folder, child, apis: {}, own: [], nodes: {} });
  }

  /** An api connected to a node. */
  async api(name) {
    this.apis[name] ??= await connect(this.nodes[name].ws_uri, { timeout: 180_000 });
    return this.apis[name];
  }

  async disconnect(name) {
    await this.apis[name]?.disconnect();
    delete this.apis[name];
  }

  /** The sum of a Prometheus metric over its labels. */
  async metric(name, metric) {
    const text = await (await fetch(this.nodes[name].prometheus_uri)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
    return lines.length ? lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0) : undefined;
  }

  /** The smallest bound of a Prometheus histogram that holds every observation. */
  async longest(name, metric) {
    const text = await (await fetch(this.nodes[name].prometheus_uri)).text();
    const value = (line) => Number(line.split(' ').at(-1));
    const count = value(text.split('\n').find((line) => line.startsWith(`${metric}_count`)) ?? '');
    const bounds = text.split('\n').filter((line) => line.startsWith(`${metric}_bucket`) && value(line) === count);
    if (!(count > 0)) throw new Error(`${name} has no observations of ${metric}`);
    return Math.min(...bounds.map((line) => Number(line.match(/le="([^"]+)"/)[1].replace('+Inf', 'Infinity'))));
  }

  process(name) {
    const base = join(this.folder, name, 'data');
    return users(base).find(({ argv }) => argv.includes('--base-path'));
  }

  /** What a node wrote since the network began. */
  log(name) {
    return [join(this.folder, name, `${name}.log`), this.#restarted(name)]
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8'))
      .join('');
  }

  #restarted(name) {
    return join(this.folder, `${name}.restarted.log`);
  }

  /** Ends a node; what it takes to start it again comes back. */
  async kill(name, signal = 'SIGKILL') {
    const { pid, argv } = this.process(name);
    await this.disconnect(name);
    process.kill(pid, signal);
    await until(`${name} has ended`, () => this.process(name) === undefined, { every: 200 });
    return argv;
  }

  /** Starts a program as a node of this network. */
  run(name, argv) {
    const env = { PATH: `${join(here, '..')}:${programs}:${process.env.PATH}` };
    const child = spawnInto(this.#restarted(name), argv[0], argv.slice(1), { env });
    this.own.push(child);
    return child;
  }

  /** Starts another node that follows the relay chain over its RPC. */
  async join(name, rpcPort, args) {
    const argv = this.process('miner-1').argv;
    const after = (option) => argv[argv.indexOf(option) + 1];
    this.run(name, [
      'millrace-node',
      '--base-path',
      join(this.folder, name, 'data'),
      '--chain',
      after('--chain'),
      '--name',
      name,
      '--rpc-port',
      String(rpcPort),
      '--rpc-methods',
      'unsafe',
      '--listen-addr',
      '/ip4/127.0.0.1/tcp/0/ws',
      '--bootnodes',
      after('--bootnodes'),
      '--no-telemetry',
      '--no-prometheus',
      '--no-hardware-benchmarks',
      '--unsafe-force-node-key-generation',
      '--relay-chain-rpc-urls',
      this.nodes.alice.ws_uri,
      ...args,
      // A relay chain that the node doesn't know by name; its part of the node listens too.
      '--',
      '--chain',
      argv[argv.lastIndexOf('--chain') + 1],
      '--listen-addr',
      '/ip4/127.0.0.1/tcp/0/ws',
      '--no-prometheus',
    ]);
    this.nodes[name] = { name, ws_uri: `ws://127.0.0.1:${rpcPort}` };
    return this.api(name);
  }

  async stop() {
    for (const name of Object.keys(this.apis)) await this.disconnect(name);
    this.child.kill('SIGINT');
    for (const child of this.own) child.kill('SIGKILL');
    await until('zombienet has ended', () => this.ended !== undefined || this.child.exitCode !== null, {
      timeout: 30_000,
      every: 200,
    }).catch(() => this.child.kill('SIGKILL'));
    // Workers and zombienet itself too. What is killed still writes for a moment, and its folder can't be removed meanwhile.
    await until(
      'no process is left',
      () => {
        const left = users(this.folder);
        for (const { pid } of left) end(pid);
        return left.length === 0;
      },
      { timeout: 60_000, every: 500 },
    );
    if (!process.env.KEEP_NETWORK) rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }
}
