// What a node says, as lines for people.

import { formatMill } from '../amounts.js';
import { type Answer, answers, elements } from '../answers.js';
import { costOf, onHold } from '../bill.js';
import { dequantize, integers, type Quantization } from '../input.js';
import type { Page } from '../pages.js';
import type {
  Hash,
  IdleReason,
  Metadata,
  Miner,
  Model,
  NoTaker,
  Offer,
  Quote,
  Race,
  RefundReason,
  Share,
  Task,
} from '../views.js';

/** Why a task ended without an answer, and what to do. */
const REFUNDS: Record<RefundReason, string> = {
  deadline: 'no slot took it before its deadline: raise --max-price or --blocks',
  cancelled: 'it was cancelled',
  displaced: 'the queue was full, and others offered more: raise --max-price or lower --blocks',
  rentSpent: 'waiting used up its price ceiling: raise --max-price',
  tooManyFailures: 'too many miners failed it: post it again later',
  unverifiable: "the chain can't verify it: post fewer samples",
  forced: 'governance ended it',
};

/** Why no slot takes a batch. */
function noTaker(why: NoTaker): string {
  switch (why.kind) {
    case 'nobodyOffers':
      return 'nobody offers the model';
    case 'allBusy':
      return 'all its slots are full';
    case 'tooSlow':
      return `no slot is fast enough; in block ${why.earliest} one would be done`;
    case 'tooDear':
      return `the cheapest asks ${formatMill(why.price)}`;
    case 'allRefused':
      return 'each miner has failed or declined it';
    case 'noRoom':
      return 'the blocks to come have no room for its verification';
    case 'inTurn':
      return 'it is about to be looked at';
  }
}

/** Where an open task stands. */
export function openTask({ standing, deadline }: Extract<Task, { kind: 'open' }>): string {
  if (standing.kind === 'leased')
    return `leased     to ${standing.miner} since block ${standing.since} for ${formatMill(standing.price)}`;
  return `waiting    behind ${standing.before} until block ${deadline} at most: ${noTaker(standing.why)}`;
}

/** How a task ended, and what it cost. */
export function bill({ fate }: Extract<Task, { kind: 'ended' }>): string[] {
  const { end, block } = fate;
  const back = end.compensation > 0n ? `, of which ${formatMill(end.compensation)} came back from miners that failed it` : '';
  const always = [
    `rent       ${formatMill(end.rent)} for its waits, burned`,
    `posting    ${formatMill(end.posting)} for the transaction that posted it${back}`,
  ];
  if (end.kind !== 'settled') {
    return [
      `${end.kind.padEnd(10)} in block ${block}: ${REFUNDS[end.why]}`,
      `retention  ${formatMill(end.retention)} for keeping this record`,
      ...always,
      'came back  all else that was on hold',
    ];
  }
  return [
    `settled    in block ${block}, verified by the chain`,
    `paid       ${formatMill(end.paid)} to ${end.miner}`,
    `burned     ${formatMill(end.burned)} of the price`,
    `fee        ${formatMill(end.fee)} for the verification`,
    `retention  ${formatMill(end.retention)} for keeping output and record`,
    ...always,
    `came back  ${formatMill(end.returned)} of the ceiling, and the deposit`,
  ];
}

/** An output, a line for each sample: its elements, and what they mean. */
export function outputs(
  bytes: Uint8Array,
  samples: number,
  metadata: Metadata | null,
  quantization: Quantization | undefined,
): string[] {
  if (!metadata || quantization) {
    const all = numbers(bytes, bytes.length / samples, quantization);
    const width = all.length / samples;
    return Array.from({ length: samples }, (_, i) => `output ${i}: ${all.slice(i * width, (i + 1) * width).join(' ')}`);
  }
  const all = elements(metadata, bytes, samples);
  return answers(metadata, bytes, samples).map((answer, i) => {
    const sample = all[i]?.join(' ') ?? '';
    const meaning = meant(answer);
    return `output ${i}: ${sample}${answer.index === null && meaning === sample ? '' : ` → ${meaning}`}`;
  });
}

/** Outputs of which nobody says what they mean: real numbers by a scale, indices if a sample's are four bytes, or else bytes. */
function numbers(output: Uint8Array, sampleBytes: number, quantization: Quantization | undefined): number[] {
  if (quantization) return [...dequantize(output, quantization)];
  return sampleBytes === 4 ? integers(output) : [...new Int8Array(output)];
}

/** A sample's label, with its score if it has one; or else its real numbers. */
function meant({ label, index, scores }: Answer): string {
  // As many digits as a sensible scale has.
  const shown = scores?.map((score) => String(Number(score.toPrecision(7)))) ?? [];
  if (index === null) return shown.join(' ');
  return `${label ?? 'no label'}${scores ? ` (${shown[index]})` : ''}`;
}

export function quotes(quote: Quote): string[] {
  const { taker } = quote;
  const took =
    taker.kind === 'slot'
      ? [`price      ${formatMill(taker.price)} by ${taker.miner}, due in ${taker.blocks} blocks`]
      : [`nobody     would take it now: ${noTaker(taker.why)}`];
  return [
    `work       ${quote.work} MAC in ${quote.samples} samples of ${quote.inputBytes / quote.samples} bytes`,
    ...took,
    `ceiling    ${formatMill(quote.leastCeiling)} at least, until block ${quote.deadline}`,
    `fees       ${formatMill(quote.postingFee)} to post, ${formatMill(quote.verificationFee)} to verify, ${formatMill(quote.retentionFee)} to keep output and record`,
    `refund     all but posting, rent and ${formatMill(quote.refundFee)} to keep the record`,
    `deposit    ${formatMill(quote.deposit)} until the task ends`,
    `waiting    ${quote.waiting} tasks; a block's wait costs ${formatMill(quote.rentPerBlock)}`,
  ];
}

const more = (next: Hash | number | null): string[] => (next === null ? [] : [`more       with --cursor ${next}`]);

export function registered({ items, next }: Page<Model, Hash>): string[] {
  if (items.length === 0) return ['no models are registered'];
  const lines = items.map(({ model, sizes, slots, retired, listed, metadata }) => {
    const state = retired ? ', retired' : listed ? ', listed for sprints' : '';
    const name = metadata ? `: ${metadata.name}` : '';
    return `${model}  ${sizes.work} MAC a sample of ${sizes.sampleBytes} bytes, ${slots ?? 'many'} slots${state}${name}`;
  });
  return [...lines, ...more(next)];
}

export function offers({ items, next }: Page<Offer, Hash>): string[] {
  if (items.length === 0) return ['no slot that offers it is free'];
  return [
    ...items.map(({ miner, slot, ask, rate }) => `${miner} slot ${slot}: ${ask} planck per mega-MAC, ${rate} MAC per block free`),
    ...more(next),
  ];
}

/** A task in a line. */
function task(view: Task): string {
  const { model, samples } = view.kind === 'open' ? view : view.fate;
  const of = `task ${view.task}: ${samples} samples of ${model}`;
  if (view.kind === 'open') return `${of}, ${view.standing.kind}, ${formatMill(onHold(view))} on hold`;
  const { end, block } = view.fate;
  return `${of}, ${end.kind} in block ${block}, cost ${formatMill(costOf(end))}`;
}

export function tasks({ items, next }: Page<Task, number>): string[] {
  if (items.length === 0) return ['this account has posted nothing that the chain still keeps'];
  return [...items.map(task), ...more(next)];
}

export function shares({ items, next }: Page<Share, number>): string[] {
  if (items.length === 0) return ['nothing to claim'];
  const line = ({ round, amount, voidFrom }: Share) => `round ${round}: ${formatMill(amount)}, void from round ${voidFrom} on`;
  return [...items.map(line), ...more(next)];
}

/** Why a miner earns nothing, or less than it could; and what to do. */
function idle(reason: IdleReason): string {
  switch (reason.kind) {
    case 'keyUnknown':
      return 'its mill key signs for nobody: register it with miners.setMill';
    case 'noSlots':
      return 'it offers no slots: miners.offer puts some on sale';
    case 'noModels':
      return 'it offers no models: millrace offer adds one';
    case 'offerPending':
      return reason.due ? 'its new offer is due and waits to be applied' : `its new offer waits for round ${reason.from}`;
    case 'suspended':
      return `slots ${reason.slots.join(', ')} are suspended: look why they were slashed, then millrace resume`;
    case 'rejected':
      return 'a sprint of its was wrong: look at its node, then millrace resume';
    case 'bondShort':
      return `its bond lacks ${formatMill(reason.missing)}: millrace resume tops it up`;
    case 'notOffered':
      return `sprints run on models that it doesn't offer, and count a sixteenth: millrace offer adds ${reason.models.join(', ')}`;
    case 'retired':
      return `it offers models that were retired: miners.offer leaves out ${reason.models.join(', ')}`;
    case 'slotsLeased':
      return `${reason.leased} of its ${reason.of} slots have no room for another task`;
    case 'askTooHigh':
      return `others are cheaper: tasks pay ${reason.highest} planck per mega-MAC at most; miners.offer sets another ask`;
    case 'noTasks':
      return 'no task waits';
  }
}

export function miners(miner: Miner): string[] {
  const slots = miner.slots.map(({ slot, rate, leasedRate, suspended, onSale }) => {
    const state = suspended ? 'suspended' : onSale ? 'on sale' : leasedRate > 0n ? 'leased' : 'not on sale';
    const leased = onSale && leasedRate > 0n ? `, ${leasedRate} of them leased` : '';
    return `slot ${slot}     ${rate} MAC per block, ${state}${leased}`;
  });
  const owed = miner.unclaimed.reduce((sum, { amount }) => sum + amount, 0n);
  return [
    `miner      ${miner.miner}`,
    `ask        ${miner.ask} planck per mega-MAC for ${miner.models.length} models`,
    ...slots,
    `bond       ${formatMill(miner.bond)} of ${formatMill(miner.neededBond)} needed`,
    `sprints    ${miner.maySprint ? 'allowed' : 'not allowed'}`,
    ...miner.idle.map((reason) => `idle       ${idle(reason)}`),
    `unclaimed  ${formatMill(owed)} of ${miner.unclaimed.length} rounds`,
  ];
}

export function race({ block, round, sprints, market }: Race): string[] {
  return [
    `block      ${block}`,
    `round      ${round.round}, until block ${round.endsWith}`,
    `emission   ${formatMill(round.emissionPerBlock)} a block; ${formatMill(round.emitted)} of ${formatMill(round.emissionCap)} so far`,
    `mined      ${round.mined} MAC in this round`,
    ...sprints.map(
      ({ model, difficulty, inTurn }) => `sprint     ${model} at difficulty ${difficulty}${inTurn ? ', in turn' : ''}`,
    ),
    `queue      ${market.waiting} of ${market.mostWaiting}; a block's wait costs ${formatMill(market.rentPerBlock)}`,
    `leases     ${market.leases}`,
  ];
}
