// Prints what a chain writes for ever: bytes of its latest blocks, by kind, and what that makes in a day.
//
//   node clients/js/history.js [--url ws://127.0.0.1:9944] [--blocks 600] [--json]

import { WsProvider } from '@polkadot/api';

import { wordsOrEnd } from './words.js';

const { values } = wordsOrEnd('history', {
  options: {
    url: { type: 'string', default: 'ws://127.0.0.1:9944' },
    blocks: { type: 'string', default: '600' },
    json: { type: 'boolean', default: false },
  },
});
const BLOCKS_A_DAY = 14_400;
const wanted = Number(values.blocks);
if (!Number.isInteger(wanted) || wanted < 1) {
  console.error(`history: --blocks takes a whole number from 1 on, not "${values.blocks}"`);
  process.exit(2);
}

const provider = new WsProvider(values.url);
provider.on('error', () => {});
const late = setTimeout(() => {
  console.error(`history: nothing answers at ${values.url}: is the node running?`);
  process.exit(1);
}, 10_000);
await provider.isReady;
clearTimeout(late);

/** Bytes of a hexadecimal string. */
const bytes = (hex) => hex.length / 2 - 1;

/** What an extrinsic is, by its first byte after its length: bare, signed, or general, which here is a mill's. */
function kindOf(extrinsic) {
  const mode = Number.parseInt(extrinsic.slice(2, 4), 16) & 3;
  const skip = 2 + 2 * (mode === 3 ? 5 : 2 ** mode);
  const version = Number.parseInt(extrinsic.slice(skip, skip + 2), 16) >> 6;
  return ['inherents', 'submissions and claims', 'signed'][version] ?? 'others';
}

const sums = { headers: 0, inherents: 0, 'submissions and claims': 0, signed: 0, others: 0 };
const counts = { ...sums };
let hash = await provider.send('chain_getBlockHash', []);
let blocks = 0;
while (blocks < wanted) {
  const { block } = await provider.send('chain_getBlock', [hash]);
  if (Number(block.header.number) === 0) break;
  // Three hashes, a number of up to four bytes, and the digest.
  sums.headers += 3 * 32 + 4 + block.header.digest.logs.reduce((sum, log) => sum + bytes(log), 1);
  counts.headers += 1;
  for (const extrinsic of block.extrinsics) {
    sums[kindOf(extrinsic)] += bytes(extrinsic);
    counts[kindOf(extrinsic)] += 1;
  }
  blocks += 1;
  hash = block.header.parentHash;
}
await provider.disconnect();
if (blocks === 0) {
  console.error('history: the chain has no block yet; wait for one');
  process.exit(1);
}

const aDay = (sum) => Math.round((sum / blocks) * BLOCKS_A_DAY);
const total = Object.values(sums).reduce((sum, part) => sum + part);
if (values.json) {
  console.log(JSON.stringify({ blocks, bytes: sums, counts, bytesADay: aDay(total) }));
} else {
  console.log(`${blocks} blocks`);
  for (const [kind, sum] of Object.entries(sums)) {
    if (counts[kind] > 0)
      console.log(
        `${kind.padEnd(24)} ${String(counts[kind]).padStart(6)}  ${String(sum).padStart(10)} bytes  ${(aDay(sum) / 1e6).toFixed(1).padStart(8)} MB a day`,
      );
  }
  console.log(`${'all'.padEnd(31)}  ${String(total).padStart(10)} bytes  ${(aDay(total) / 1e6).toFixed(1).padStart(8)} MB a day`);
}
