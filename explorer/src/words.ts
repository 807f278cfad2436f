// What the chain's answers mean, in sentences.

import type { Task, views } from 'millrace';

import { amount, count, short } from './format';

export const REFUNDS: Record<views.RefundReason, string> = {
  deadline: 'no slot took it before its deadline',
  cancelled: 'it was cancelled',
  displaced: 'the queue was full, and others offered more',
  rentSpent: 'waiting used up its ceiling',
  tooManyFailures: 'too many miners failed it',
  unverifiable: "the chain can't verify it",
  forced: 'governance ended it',
};

export const FAILURES: Record<string, string> = {
  Expired: 'nothing came in time',
  WrongTrace: 'the trace was not that of the execution',
  Declined: "the miner's node can't execute it and said so",
  Unverifiable: "the chain can't verify any trace of it",
  Forced: 'governance ended the task',
};

/** The chain's names of reasons begin with a capital in events. */
export const refundReason = (name: string): string =>
  REFUNDS[(name.charAt(0).toLowerCase() + name.slice(1)) as views.RefundReason] ?? name;

export function noTaker(why: views.NoTaker): string {
  switch (why.kind) {
    case 'nobodyOffers':
      return 'Nobody offers this model.';
    case 'allBusy':
      return 'All slots that offer this model are busy.';
    case 'tooSlow':
      return `No free slot is fast enough: the earliest could be done by block ${count(why.earliest)}. Give it a later deadline.`;
    case 'tooDear':
      return `The cheapest slot asks ${amount(why.price)}, which is more than the ceiling. Offer more.`;
    case 'allRefused':
      return 'Every slot that could take it failed or declined it before.';
    case 'noRoom':
      return 'The blocks to come have no room left for its verification.';
    case 'inTurn':
      return 'A slot is free for it, and its turn comes.';
  }
}

export function standing(at: views.Standing): string {
  if (at.kind === 'leased') return `Leased to ${short(at.miner)}, slot ${at.slot}, since block ${count(at.since)}.`;
  return `Waits as number ${count(at.before + 1)} of ${count(at.waiting)}. ${noTaker(at.why)}`;
}

export function idle(reason: views.IdleReason): string {
  switch (reason.kind) {
    case 'keyUnknown':
      return 'Its mill key signs for nobody: miners.set_mill names another one.';
    case 'noSlots':
      return 'It offers no slots: miners.offer puts some on sale.';
    case 'noModels':
      return 'It offers no models: miners.offer names them.';
    case 'offerPending':
      return reason.due
        ? `Its new offer is due since round ${count(reason.from)} and comes into force when it's next touched.`
        : `Its new offer comes into force with round ${count(reason.from)}.`;
    case 'suspended':
      return `Slots ${reason.slots.join(', ')} are suspended: look why they were slashed, then call miners.resume from its account.`;
    case 'rejected':
      return "A sprint of it was wrong, so it can't mine: look at its node, then call miners.resume from its account.";
    case 'bondShort':
      return `Its bond is ${amount(reason.missing)} short: miners.resume tops it up from its account.`;
    case 'notOffered':
      return `It doesn't offer ${reason.models.length === 1 ? 'a model that is' : `${reason.models.length} models that are`} mined, and what it mines on those counts a sixteenth: miners.offer adds them.`;
    case 'retired':
      return `${reason.models.length === 1 ? 'A model that it offers is' : `${reason.models.length} models that it offers are`} retired: miners.offer names others.`;
    case 'slotsLeased':
      return `${reason.leased} of its ${reason.of} slots have no room for another task.`;
    case 'askTooHigh':
      return `Its ask is above what the tasks that wait can pay, ${amount(reason.highest)} a mega-MAC at most: miners.offer sets another.`;
    case 'noTasks':
      return 'No task waits for a model that it offers.';
  }
}

/** Where a task is, in a word or two. */
export function state(task: Task): { word: string; tone: 'wait' | 'work' | 'good' | 'bad' } {
  if (task.kind === 'open')
    return task.standing.kind === 'leased' ? { word: 'leased', tone: 'work' } : { word: 'waiting', tone: 'wait' };
  const { end } = task.fate;
  if (end.kind === 'settled') return { word: 'verified', tone: 'good' };
  return { word: end.kind === 'failed' ? 'failed' : 'refunded', tone: 'bad' };
}
