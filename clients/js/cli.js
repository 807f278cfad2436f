#!/usr/bin/env node
// Posts a batch of handwritten digits and prints what came back, what it cost and who was paid.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { account, connect, digits, integers, mill, outcome, post, register, submittedBytes, UNIT } from './client.js';

const HELP = `millrace: posts the digits task and reports on its execution

  node cli.js [options]

  --url URL        the node (default ws://127.0.0.1:9944)
  --signer SECRET  the requester's secret (default //Bob)
  --samples N      digits to post, 1 to 450 (default 64)
  --digits DIR     the folder of the model and its held-out inputs
  --max-price P    price ceiling in planck (default 1 MILL)
  --blocks N       blocks until the deadline (default 100)
  --at-least F     fail unless this part of the predictions is right (default 0)
  --help           this text`;

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'ws://127.0.0.1:9944' },
    signer: { type: 'string', default: '//Bob' },
    samples: { type: 'string', default: '64' },
    digits: { type: 'string', default: join(here, '../../models/digits') },
    'max-price': { type: 'string', default: UNIT.toString() },
    blocks: { type: 'string', default: '100' },
    'at-least': { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});

async function main() {
  if (values.help) {
    console.log(HELP);
    return;
  }
  const samples = Number(values.samples);
  if (!Number.isInteger(samples) || samples < 1 || samples > 450) {
    throw new Error(`--samples must be a whole number from 1 to 450, not ${values.samples}`);
  }
  const api = await connect(values.url);
  try {
    await api.isReady;
    const signer = account(values.signer);
    const encoding = readFileSync(join(values.digits, 'digits.millrace'));
    const { model, registered } = await register(api, signer, encoding);
    console.log(`model      ${model} ${registered ? '(registered now)' : '(on chain already)'}`);

    const { input, labels } = digits(values.digits, samples);
    const profile = (await api.query.models.models(model)).unwrap().profile;
    const perSample = profile.layers.reduce((sum, { n, m, columns }) => sum + BigInt(n) * BigInt(m) * BigInt(columns), profile.depthwise.toBigInt());
    const now = (await api.query.system.number()).toNumber();
    const posted = await post(api, signer, {
      model,
      input,
      maxPrice: BigInt(values['max-price']),
      deadline: now + Number(values.blocks),
    });
    console.log(`task       ${posted.task}: ${samples} digits, ${perSample * BigInt(samples)} MAC, posting fee ${mill(posted.fee)}`);

    const result = await outcome(api, posted.task, { from: now, timeout: 60_000 + Number(values.blocks) * 12_000 });
    for (const step of result.history) {
      console.log(step.kind === 'leased'
        ? `leased     to ${step.miner} in block ${step.block} for ${mill(step.price)}`
        : `failed     by ${step.miner} in block ${step.block}: ${step.reason}`);
    }
    if (result.kind !== 'settled') {
      console.log(`refunded   in block ${result.block}: no slot took the task; all that was held is back`);
      process.exitCode = 1;
      return;
    }
    const predictions = integers(result.output);
    const right = predictions.filter((prediction, i) => prediction === labels[i]).length;
    for (let row = 0; row < predictions.length; row += 16) {
      const wrong = labels.slice(row, row + 16).map((label, i) => (predictions[row + i] === label ? ' ' : '^')).join(' ');
      console.log(`predicted  ${predictions.slice(row, row + 16).join(' ')}`);
      if (wrong.trim()) console.log(`wrong      ${wrong}`);
    }
    console.log(`accuracy   ${right} of ${samples} right (${((100 * right) / samples).toFixed(2)} %)`);
    const traceBytes = await submittedBytes(api, result.block, posted.task);
    console.log(`settled    in block ${result.block}, ${result.block - now} blocks after posting, ${traceBytes} bytes of trace verified`);
    console.log(`paid       ${mill(result.paid)} to ${result.miner}`);
    console.log(`burned     ${mill(result.burned)}`);
    console.log(`fee        ${mill(result.fee)} for the verification`);
    console.log(`came back  ${mill(result.returned)} of the ceiling, and the deposit`);
    if (right / samples < Number(values['at-least'])) process.exitCode = 1;
  } finally {
    await api.disconnect();
  }
}

main().catch((error) => {
  console.error(`millrace: ${error.message}`);
  process.exitCode = 1;
});
