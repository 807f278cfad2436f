// Signs a call, sends it and waits for its block. Ends with a sentence when that takes too long or the node goes away.

import { setTimeout as sleep } from 'node:timers/promises';

/** The pool refused a transaction for what the chain was when it was signed; no block can hold it. */
const REFUSED = /^(1010:.*(outdated|ancient birth block)|1014:)/;
/** The pool looked a transaction up in a block of a fork that has ended; it doesn't say whether it keeps it. */
const ASTRAY = /^1002:.*State already discarded/;
/** What the api says of a request that the node didn't answer. */
const LOST = /^disconnected from |^WebSocket is not connected|^No response received/;
/** Blocks that a signature holds. */
const PERIOD = 64;
const DOUBT = `a block may take it in the next ${PERIOD} blocks: look whether one did before you send it again`;

/** The pool took a transaction and gave it up; a block of another fork may hold it. */
class GivenUp extends Error {}

/** Whether the pool may have had a transaction that it answered with this error. */
const isDoubtful = (error) => error instanceof GivenUp || ASTRAY.test(error.message);

/** Whether a request failed because the connection did. */
export const isLost = (error) => LOST.test(error.message);

/**
 * Mortal from a finalized block on, which no fork takes back, and not from the newest: a transaction pool may be one block
 * behind the node, and refuses a transaction that is born in a block that it hasn't seen.
 */
async function mortality(api) {
  const newest = (await api.query.system.number()).toNumber();
  const finalized = (await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead())).number.toNumber();
  const current = Math.min(finalized, newest - 1);
  if (current < 1) return { era: 0 };
  const era = api.registry.createType('ExtrinsicEra', { current, period: PERIOD });
  return { era, blockHash: await api.rpc.chain.getBlockHash(era.asMortalEra.birth(current)) };
}

/** Of each account, the last of those that take its next number: two at once would take the same. */
const turns = new Map();

/** Does something once all that asked before for the same account are done. */
async function inTurn(account, job) {
  const mine = (turns.get(account) ?? Promise.resolve()).then(job);
  const settled = mine.catch(() => undefined);
  turns.set(account, settled);
  try {
    return await mine;
  } finally {
    if (turns.get(account) === settled) turns.delete(account);
  }
}

/**
 * Signs and sends a call; resolves with its events once it is in a block and did all that it was to do, rejects with the chain's
 * reason, or once `timeout` milliseconds are over or the connection is lost. Calls of one account go out one after the other.
 */
export async function send(api, call, signer, { timeout = 180_000, attempts = 5 } = {}) {
  const journey = { api, call, signer, attempts, signed: false, over: undefined };
  let end;
  const over = new Promise((_, reject) => {
    end = (why) => {
      journey.over ??= new Error(`${why}; ${journey.signed ? DOUBT : 'nothing was sent: send it again'}`);
      reject(journey.over);
    };
  });
  // Nobody may be waiting for it any more when it comes.
  over.catch(() => undefined);
  const timer = setTimeout(() => end(`the transaction came into no block within ${timeout / 1000} s`), timeout);
  const lost = () => end('the connection to the node was lost');
  api.on('disconnected', lost);
  try {
    return await Promise.race([travel(journey), over]);
  } catch (error) {
    if (!isLost(error)) throw error;
    lost();
    throw journey.over;
  } finally {
    clearTimeout(timer);
    api.off('disconnected', lost);
    journey.over ??= new Error('the transaction is in its block');
  }
}

/** Signs again what a fork made invalid, and with the same number, so that the chain takes it once. */
async function travel(journey) {
  const { api, signer, attempts } = journey;
  let givenUp;
  let nonce;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { included } = await inTurn(`${api.genesisHash} ${signer.address}`, async () => {
        if (journey.over) throw journey.over;
        if (!givenUp) nonce = (await api.rpc.system.accountNextIndex(signer.address)).toNumber();
        return submit(journey, nonce);
      });
      return await included;
    } catch (error) {
      const again = isDoubtful(error) || REFUSED.test(error.message);
      if (!again || journey.over || attempt === attempts) throw error;
      if (isDoubtful(error)) givenUp = error;
      // The pool may hear of a fork's end later than we do.
      await sleep(1_000 * attempt);
      if (givenUp && (await api.query.system.account(signer.address)).nonce.toNumber() > nonce) {
        throw new Error(`${givenUp.message}, and number ${nonce} of the account is used: look whether the chain did it`);
      }
    }
  }
}

/** Gets a transaction into the pool; `included` of what it resolves with is what its block says. */
async function submit(journey, nonce) {
  const { api, call, signer } = journey;
  const options = { ...(await mortality(api)), nonce };
  let told;
  const included = new Promise((resolve, reject) => {
    told = { resolve, reject };
  });
  // The turn may fail before anybody waits for it.
  included.catch(() => undefined);
  if (journey.over) throw journey.over;
  journey.signed = true;
  const stop = await call.signAndSend(signer, options, ({ status, events, dispatchError, txHash }) => {
    const failure = failureOf(api, events, dispatchError);
    if (failure) {
      told.reject(failure);
    } else if (status.isInBlock || status.isFinalized) {
      const block = status.isInBlock ? status.asInBlock : status.asFinalized;
      told.resolve({ events: events.map(({ event }) => event), block, txHash });
    } else if (status.isInvalid || status.isDropped || status.isUsurped) {
      told.reject(new GivenUp(`the transaction was ${status.type.toLowerCase()}`));
    }
  });
  // Unsubscribing asks the node, which may be gone.
  const settled = () => void Promise.resolve(api.isConnected && stop()).catch(() => undefined);
  included.then(settled, settled);
  return { included };
}

/** Pallets whose calls make other calls: what went wrong inside is in their events, while the transaction itself succeeds. */
const WRAPPERS = ['utility', 'sudo', 'proxy', 'multisig'];

/** What went wrong in a transaction with these events; undefined if all of it was done. */
function failureOf(api, events, dispatchError) {
  if (dispatchError) return new Error(explain(api, dispatchError));
  for (const { event } of events) {
    const inner = innerError(event);
    if (!inner) continue;
    const index = event.method === 'BatchInterrupted' ? ` at call ${event.data.index}, counted from 0` : '';
    return new Error(`${event.section}.${event.method}${index}: ${explain(api, inner)}`);
  }
  return undefined;
}

/** The error inside an event of a wrapper. */
function innerError({ section, data }) {
  if (!WRAPPERS.includes(section)) return undefined;
  for (const name of data.names ?? []) {
    if (name === 'error') return data[name];
    if (/result$/i.test(name) && data[name].isErr) return data[name].asErr;
  }
  return undefined;
}

/** The chain's name and text for an error. */
function explain(api, dispatchError) {
  if (!dispatchError.isModule) return dispatchError.toString();
  const { section, name, docs } = api.registry.findMetaError(dispatchError.asModule);
  return `${section}.${name}: ${docs.join(' ')}`;
}
