#!/usr/bin/env node
// Posts batches and prints what came back, what it cost and who was paid; registers and offers models.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  connect,
  digits,
  fate,
  formatAmount,
  integers,
  modelId,
  outcome,
  post,
  register,
  send,
  submittedBytes,
} from './client.js';
import { answers, metadataOf, quantizationOf, readMetadata, toCall } from './metadata.js';
import { readBatch } from './npy.js';
import { check, HELP, quantization, read, signerOf, understand, values, whole } from './options.js';

/** Why a task was refunded, for people. */
const REFUNDS = {
  Deadline: 'no slot took it before its deadline',
  Cancelled: 'it was cancelled',
  Displaced: 'the queue was full, and others offered more: raise --max-price or lower --blocks',
  RentSpent: 'waiting used up its price ceiling: raise --max-price',
  TooManyFailures: 'too many miners failed it',
  Unverifiable: "the chain can't verify it",
  Forced: 'governance ended it',
};

const nameOf = (model) => (/^0x[0-9a-f]{64}$/i.test(model) && !existsSync(model) ? model : modelId(read(model)));

async function recordOf(api, model) {
  const record = (await api.query.models.models(model)).unwrapOr(undefined);
  if (!record) throw new Error(`the chain doesn't know model ${model}: register it first`);
  return record;
}

/** Registers a file's model, with the metadata beside it, unless the chain has it, and says what is on hold for it. */
async function registerModel(api, signer, file) {
  const metadata = readMetadata(file);
  const { model, registered } = await register(api, signer, read(file), toCall(metadata));
  console.log(`model      ${model} ${registered ? '(registered now)' : '(on chain already)'}`);
  if (registered)
    console.log(`metadata   ${metadata ? `of ${metadata.name}` : 'none: the chain says nothing of what its bytes mean'}`);
  return { model, record: await recordOf(api, model) };
}

/** Adds a model to the offer of a miner. */
async function offer(api, signer, model) {
  await recordOf(api, model);
  const miner = (await api.query.miners.miners(signer.publicKey)).unwrapOr(undefined);
  if (!miner) throw new Error(`${signer.address} is no miner: miners.register comes first`);
  const { ask, rates, models } = miner.next.isSome ? miner.next.unwrap() : miner.terms;
  if (models.some((name) => name.toHex() === model)) {
    console.log('offered    already');
    return;
  }
  await send(api, api.tx.miners.offer(ask, rates, [...models, model]), signer);
  console.log(
    `offered    from the next round on: ${rates.length} slots, ${models.length + 1} models, ${ask} planck per mega-MAC`,
  );
}

/** Posts a batch and follows it to its end; undefined if it was refunded. */
async function run(api, signer, { model, profile, input, what }) {
  const perSample = profile.layers.reduce(
    (sum, { n, m, columns }) => sum + BigInt(n) * BigInt(m) * BigInt(columns),
    profile.depthwise.toBigInt(),
  );
  const samples = input.length / profile.sampleBytes.toNumber();
  if (samples === 0 || !Number.isInteger(samples)) {
    const sizes = `the batch has ${input.length} bytes, and a sample of this model ${profile.sampleBytes}`;
    throw new Error(`${sizes}: give one sample at least, and whole samples only`);
  }
  const now = (await api.query.system.number()).toNumber();
  const blocks = Number(whole('blocks'));
  const posted = await post(api, signer, { model, input, maxPrice: whole('max-price'), deadline: now + blocks });
  console.log(
    `task       ${posted.task}: ${samples} ${what}, ${perSample * BigInt(samples)} MAC, posting fee ${formatAmount(posted.fee)}`,
  );
  const result = await outcome(api, posted.task, { from: now, timeout: 60_000 + blocks * 12_000 });
  for (const step of result.history) {
    console.log(
      step.kind === 'leased'
        ? `leased     to ${step.miner} in block ${step.block} for ${formatAmount(step.price)}`
        : `failed     by ${step.miner} in block ${step.block}: ${step.reason}`,
    );
  }
  const parts = await fate(api, posted.task);
  if (result.kind !== 'settled') {
    console.log(`refunded   in block ${result.block} (${REFUNDS[result.why] ?? result.why})`);
    console.log(`retention  ${formatAmount(parts.retention)} for keeping the record`);
    always(parts);
    console.log('came back  all else that was on hold');
    process.exitCode = 1;
    return undefined;
  }
  return { ...result, ...parts, task: posted.task, posted: now, samples };
}

/** What a task cost however it ended. */
function always({ rent, posting, compensation }) {
  if (rent > 0n) console.log(`rent       ${formatAmount(rent)} for its waits, burned`);
  const back = compensation > 0n ? `, of which ${formatAmount(compensation)} came back from miners that failed it` : '';
  console.log(`posting    ${formatAmount(posting)} for the transaction that posted it${back}`);
}

async function bill(api, result) {
  const traceBytes = await submittedBytes(api, result.block, result.task);
  console.log(
    `settled    in block ${result.block}, ${result.block - result.posted} blocks after posting, ${traceBytes} bytes of trace verified`,
  );
  console.log(`paid       ${formatAmount(result.paid)} to ${result.miner}`);
  console.log(`burned     ${formatAmount(result.burned)} of the price`);
  console.log(`fee        ${formatAmount(result.fee)} for the verification`);
  console.log(`retention  ${formatAmount(result.retention)} for keeping output and record`);
  always(result);
  console.log(`came back  ${formatAmount(result.returned)} of the ceiling, and the deposit`);
}

async function postDigits(api, signer) {
  const samples = Number(values.samples);
  const { model, record } = await registerModel(api, signer, join(values.digits, 'digits.millrace'));
  const { input, labels } = digits(values.digits, samples);
  const result = await run(api, signer, { model, profile: record.profile, input, what: 'digits' });
  if (!result) return;
  const predictions = integers(result.output);
  const right = predictions.filter((prediction, i) => prediction === labels[i]).length;
  for (let row = 0; row < predictions.length; row += 16) {
    const wrong = labels
      .slice(row, row + 16)
      .map((label, i) => (predictions[row + i] === label ? ' ' : '^'))
      .join(' ');
    console.log(`predicted  ${predictions.slice(row, row + 16).join(' ')}`);
    if (wrong.trim()) console.log(`wrong      ${wrong}`);
  }
  console.log(`accuracy   ${right} of ${samples} right (${((100 * right) / samples).toFixed(2)} %)`);
  await bill(api, result);
  if (right / samples < Number(values['at-least'])) process.exitCode = 1;
}

async function postBatch(api, signer, model, file) {
  const [inputs, outputs] = [quantization(''), quantization('output-')];
  const { profile } = await recordOf(api, model);
  const metadata = await metadataOf(api, model);
  const input = readBatch(file, inputs ?? (metadata && quantizationOf(metadata.input)), inputs !== undefined);
  const result = await run(api, signer, { model, profile, input, what: 'samples' });
  if (!result) return;
  const { output, samples } = result;
  if (metadata && !outputs) {
    answers(metadata, output, samples).forEach(({ label, numbers }, sample) => {
      const scores = label === undefined || numbers.length > 1 ? numbers.join(' ') : '';
      console.log(`output ${sample}: ${[label, scores].filter(Boolean).join('  ')}`);
    });
  } else {
    const bytes = () => [...new Int8Array(output)];
    const real = (byte) => (byte - outputs.zeroPoint) * outputs.scale;
    // Nobody said what this model's bytes mean. Four a sample are one index, unless real numbers are asked for.
    const numbers = outputs ? bytes().map(real) : profile.outputBytes.toNumber() === 4 ? integers(output) : bytes();
    const each = numbers.length / samples;
    for (let i = 0; i < samples; i += 1) console.log(`output ${i}: ${numbers.slice(i * each, (i + 1) * each).join(' ')}`);
  }
  await bill(api, result);
  if (values.output === undefined) return;
  try {
    writeFileSync(values.output, output);
  } catch (error) {
    throw new Error(`${error.message}: the chain keeps the output as tasks.outputs(${result.task})`);
  }
}

async function main() {
  const positionals = understand();
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [command = 'digits', ...operands] = positionals;
  const expected = { digits: 0, register: 1, offer: 1, post: 2 }[command];
  if (operands.length !== expected) throw new Error(`I don't understand '${positionals.join(' ')}'; see --help`);
  check();
  const signer = signerOf();
  const api = await connect(values.url);
  try {
    await api.isReady;
    if (command === 'digits') {
      await postDigits(api, signer);
    } else if (command === 'register') {
      const { record } = await registerModel(api, signer, operands[0]);
      console.log(`on hold    ${formatAmount(record.deposit.toBigInt())} of ${record.owner} until the model is removed`);
    } else if (command === 'offer') {
      await offer(api, signer, nameOf(operands[0]));
    } else {
      await postBatch(api, signer, nameOf(operands[0]), operands[1]);
    }
  } finally {
    await api.disconnect();
  }
}

main().catch((error) => {
  console.error(`millrace: ${error.message}`);
  process.exitCode = 1;
});
