// Runs a development node under load and prints how its memory grows and when its blocks come.
//
//   node clients/js/soak.js [--minutes 30] [--idle] [--tasks-per-minute 12] [--block-time 2000] [-- NODE OPTIONS]
//
// With --idle the node's engine is off and nothing is posted: the figures to compare block times with. Memory is told
// apart: what the process holds itself (anonymous), and pages of its program and database, which the system takes back
// when it needs them (file).

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { account, digits, inputHash, modelId, UNIT } from './client.js';
import { startNode } from './test/node.js';
import { positiveOrEnd, wordsOrEnd } from './words.js';

const { values, positionals } = wordsOrEnd('soak', {
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '30' },
    idle: { type: 'boolean', default: false },
    'tasks-per-minute': { type: 'string', default: '12' },
    'block-time': { type: 'string', default: '2000' },
  },
});
const minutes = positiveOrEnd('soak', values, 'minutes');
const blockTime = positiveOrEnd('soak', values, 'block-time');
const tasksPerMinute = positiveOrEnd('soak', values, 'tasks-per-minute');
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../models/digits');
const model = modelId(readFileSync(join(folder, 'digits.millrace')));

const quantile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
/** MiB an hour, by least squares over the samples' seconds and their `of`. */
function slope(samples, of) {
  const mean = (get) => samples.reduce((sum, sample) => sum + get(sample), 0) / samples.length;
  const [x, y] = [mean((sample) => sample.seconds), mean((sample) => sample[of])];
  const above = samples.reduce((sum, sample) => sum + (sample.seconds - x) * (sample[of] - y), 0);
  return (above / samples.reduce((sum, sample) => sum + (sample.seconds - x) ** 2, 0)) * 3600;
}

/** Resident MiB of a process, as Linux tells them apart. */
function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name) => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))[1]) / 1024;
  return { resident: of('VmRSS'), anonymous: of('RssAnon'), file: of('RssFile') };
}

const node = await startNode({ blockTime, args: [...(values.idle ? ['--no-mine'] : []), ...positionals] });
process.on('exit', () => node.child.kill('SIGKILL'));
const start = Date.now();
const memory = [];
const intervals = [];
let settled = 0;
let posted = 0;
let last;
const stopHeads = await node.api.rpc.chain.subscribeNewHeads(() => {
  const now = performance.now();
  if (last !== undefined) intervals.push(now - last);
  last = now;
});
const stopEvents = await node.api.query.system.events((events) => {
  settled += events.filter(({ event }) => node.api.events.tasks.TaskSettled.is(event)).length;
});
const requester = account('//Bob');
const { input } = digits(folder, 450);
const bytes = `0x${Buffer.from(input).toString('hex')}`;
let nextTask = 0;
let nonce = (await node.api.rpc.system.accountNextIndex(requester.address)).toNumber();
while (Date.now() - start < minutes * 60_000) {
  memory.push({ seconds: (Date.now() - start) / 1000, ...memoryOf(node.child.pid) });
  if (!values.idle && Date.now() >= nextTask) {
    const deadline = (await node.api.rpc.chain.getHeader()).number.toNumber() + 200;
    await node.api.tx.tasks.post(model, bytes, UNIT, deadline, inputHash(input)).signAndSend(requester, { nonce, era: 0 });
    nonce += 1;
    posted += 1;
    nextTask = Date.now() + 60_000 / tasksPerMinute;
  }
  await sleep(1000);
}
stopHeads();
stopEvents();
await node.stop();
node.remove();

intervals.sort((a, b) => a - b);
// The caches of a young node fill; what a leak would show comes after.
const late = memory.filter(({ seconds }) => seconds > minutes * 20);
const grown = (of) => ({
  first: Math.round(memory[0][of]),
  last: Math.round(memory.at(-1)[of]),
  slope_an_hour_after_a_third: Math.round(slope(late, of)),
});
console.log(
  JSON.stringify(
    {
      engine: values.idle ? 'off' : 'saturated',
      minutes,
      blocks: intervals.length,
      block_ms: {
        median: Math.round(quantile(intervals, 0.5)),
        p99: Math.round(quantile(intervals, 0.99)),
        max: Math.round(intervals.at(-1)),
      },
      tasks: { posted, settled },
      resident_mib: grown('resident'),
      anonymous_mib: grown('anonymous'),
      file_mib: grown('file'),
    },
    null,
    2,
  ),
);
