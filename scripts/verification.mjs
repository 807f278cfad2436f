#!/usr/bin/env node
// Prints what verifying a batch takes inside the chain's wasm runtime against executing it again there.
// Reads the JSON that `scripts/benchmark.sh --verification` writes.

import { readFileSync } from 'node:fs';

const SHAPES = [
  [64, 1],
  [64, 8],
  [64, 64],
  [64, 256],
  [256, 1],
  [256, 64],
  [256, 256],
  [512, 1],
  [512, 64],
  [512, 256],
  [1024, 64],
  [1024, 256],
];

const batches = JSON.parse(readFileSync(process.argv[2], 'utf8'));
/** The median of a benchmark's runs for each shape, in ns. */
function medians(name) {
  const text = (bytes) => (typeof bytes === 'string' ? bytes : String.fromCharCode(...bytes));
  const { time_results: runs } = batches.find(({ benchmark }) => text(benchmark) === name);
  return SHAPES.map((_, shape) => {
    const times = runs.filter(({ components }) => Number(components[0][1]) === shape).map((run) => Number(run.extrinsic_time));
    times.sort((a, b) => a - b);
    return times[times.length >> 1];
  });
}

const [verify, execute] = [medians('compare_verify'), medians('compare_execute')];
console.log('| n = m | N | verify | execute again | ratio | ns per MAC executed |');
console.log('|---|---|---|---|---|---|');
SHAPES.forEach(([size, samples], at) => {
  const ms = (ns) => `${(ns / 1e6).toFixed(3)} ms`;
  const macs = size * size * samples;
  console.log(
    `| ${size} | ${samples} | ${ms(verify[at])} | ${ms(execute[at])} | ${(execute[at] / verify[at]).toFixed(1)} | ${(execute[at] / macs).toFixed(2)} |`,
  );
});
