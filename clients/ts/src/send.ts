// Signs a transaction and sees it into the chain, once: through a lost connection, a pool that forgets it, and re-orgs.

import { Blake2256 } from '@polkadot-api/substrate-bindings';
import { toHex } from 'polkadot-api/utils';
import type { PolkadotSigner } from 'polkadot-api/signer';

import { addressOf } from './accounts.js';
import type { Connection } from './connection.js';
import { type Deadline, type Wait, within } from './deadline.js';
import { asMillraceError, MillraceError, type RpcFailure } from './errors.js';
import { type ChainEvent, failureOf } from './failure.js';
import { callsIn, roomOf, tooHeavy, tooLong } from './room.js';
import type { Hash } from './views.js';

/** What can be signed: any transaction of `api.tx`. */
export interface Signable {
  getEncodedData(): Promise<Uint8Array>;
  /** For how many calls it makes. */
  decodedCall?: unknown;
  sign(signer: PolkadotSigner, options: { nonce: number; at: string; mortality: Mortality }): Promise<Uint8Array>;
}

type Mortality = { mortal: true; period: number };

export interface SendOptions extends Wait {
  /** What to wait for: a block that no re-org takes back (`finalized`, the default), or the first that holds it (`best`). */
  until?: 'best' | 'finalized' | undefined;
  /** Hears how far the transaction is. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

export type Progress =
  | { kind: 'signed'; hash: Hash }
  | { kind: 'sent'; hash: Hash }
  | { kind: 'included'; hash: Hash; block: number; blockHash: Hash };

/** A transaction in a block. */
export interface Included {
  hash: Hash;
  block: number;
  blockHash: Hash;
  /** What it cost, planck. */
  fee: bigint;
  events: ChainEvent[];
}

/** Codes of a pool's refusals. */
const [UNVERIFIED, INVALID, BANNED, ALREADY_IMPORTED, TOO_LOW_PRIORITY] = [1002, 1010, 1012, 1013, 1014];
/** Blocks that a signature holds. */
const PERIOD = 64;
export const SENDING = 180_000;

interface Signed {
  bytes: Hash;
  hash: Hash;
  nonce: number;
  /** The block that it was signed on. */
  born: number;
}

/** A transaction under way. */
interface Journey {
  connection: Connection;
  transaction: Signable;
  signer: PolkadotSigner;
  options: SendOptions;
  deadline: Deadline;
  /** All that was signed, with one nonce: the chain takes one of them at most. */
  signed: Signed[];
  /** The bodies that were looked through, by hash. */
  seen: Map<Hash, Body>;
  /** How often in a row the pool refused the newest signature for itself, and not for its nonce. */
  refusals: number;
  /** Whether the connection was lost while a signature was handed over, so that the pool may have it. */
  doubtful: boolean;
}

interface Body {
  number: number;
  parent: Hash;
  /** Which of the signed, and where in the block. */
  found?: { signed: Signed; index: number };
}

/** Accounts whose next number is being taken: two at once would take the same. */
const turns = new Map<string, Promise<unknown>>();

/** Does something when its turn of an account comes. */
async function inTurn<T>(account: string, deadline: Deadline, job: () => Promise<T>): Promise<T> {
  const before = turns.get(account) ?? Promise.resolve();
  const mine = deadline.race(before).then(job);
  const settled = mine.catch(() => undefined);
  turns.set(account, settled);
  try {
    return await mine;
  } finally {
    if (turns.get(account) === settled) turns.delete(account);
  }
}

/** Signs and sends; resolves once the transaction is in the chain and did all that it was to do. */
export async function send(
  connection: Connection,
  transaction: Signable,
  signer: PolkadotSigner,
  options: SendOptions = {},
): Promise<Included> {
  const remedy = `A block may still take it in the next ${PERIOD} blocks: look whether it did before you send it again.`;
  return within(options, SENDING, 'Getting the transaction into a block', remedy, async (deadline) => {
    const journey: Journey = {
      connection,
      transaction,
      signer,
      options,
      deadline,
      signed: [],
      seen: new Map(),
      refusals: 0,
      doubtful: false,
    };
    await fits(connection, transaction, await encodes(transaction, deadline), deadline);
    await inTurn(`${connection.url} ${toHex(signer.publicKey)}`, deadline, () => enter(journey));
    return arrive(journey);
  });
}

/** The call's bytes, if the chain has it, with these arguments. */
async function encodes(transaction: Signable, deadline: Deadline): Promise<Uint8Array> {
  return deadline.race(transaction.getEncodedData()).catch((error: unknown) => {
    if (error instanceof MillraceError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new MillraceError(
      'BadArguments',
      `The call can't be encoded: ${why}`,
      'Correct its arguments; its chain may be of another release.',
      error,
    );
  });
}

/** Whether a block can hold the call. A node takes long messages for noise, and doesn't even answer. */
async function fits(connection: Connection, { decodedCall }: Signable, call: Uint8Array, deadline: Deadline): Promise<void> {
  const block = await connection.request<Hash>('chain_getBlockHash', [], deadline);
  const failure = tooLong(call.length, callsIn(decodedCall), roomOf(await connection.chainAt(block, deadline)));
  if (failure) throw failure;
}

/** Gets the transaction into the pool. */
async function enter(journey: Journey): Promise<void> {
  const { connection, deadline, signer, options } = journey;
  for (let attempt = 1; ; attempt += 1) {
    const address = addressOf(signer.publicKey);
    const nonce = await connection.request<number>('system_accountNextIndex', [address], deadline);
    await sign(journey, nonce);
    const answer = await submit(journey);
    if (answer === 'taken' || answer === 'banned' || answer === 'astray' || journey.doubtful) {
      options.onProgress?.({ kind: 'sent', hash: last(journey.signed).hash });
      return;
    }
    // It never was in the pool, so another number does no harm.
    journey.signed = [];
    if (attempt === 5) throw refused('its number or its birth block went stale five times', undefined);
    await deadline.sleep(500 * attempt);
  }
}

async function sign(journey: Journey, nonce: number): Promise<void> {
  const { connection, transaction, signer, options, deadline } = journey;
  const signing: PolkadotSigner = {
    publicKey: signer.publicKey,
    signTx: (...parts) => signTx(signer, parts),
    signBytes: (data) => signer.signBytes(data),
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      // A finalized block, because a fork can take back any other, and the signature with it.
      const birth = await deadline.race(connection.client.getFinalizedBlock());
      const mortality = { mortal: true, period: PERIOD } as const;
      const bytes = await deadline.race(transaction.sign(signing, { nonce, at: birth.hash, mortality }));
      const hash = toHex(Blake2256(bytes)) as Hash;
      journey.signed.push({ bytes: toHex(bytes) as Hash, hash, nonce, born: birth.number });
      journey.refusals = 0;
      options.onProgress?.({ kind: 'signed', hash });
      return;
    } catch (error) {
      // Anything else is a connection that went away in between.
      if (error instanceof MillraceError || attempt === 5) throw asMillraceError(error);
      await deadline.sleep(500);
    }
  }
}

async function signTx(signer: PolkadotSigner, parts: Parameters<PolkadotSigner['signTx']>): Promise<Uint8Array> {
  try {
    return await signer.signTx(...parts);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MillraceError('NotSigned', `The transaction wasn't signed: ${why}`, 'Allow it in the wallet.', error);
  }
}

/**
 * What the pool says of a signature: `taken` if it is in there now; `banned` if it was and mustn't be for a while; `astray` if the
 * pool looked at a block of a fork that has ended; `used` if its number is; `unborn` if its birth block is unknown, or too old.
 */
async function submit(journey: Journey): Promise<'taken' | 'banned' | 'astray' | 'used' | 'unborn'> {
  const { connection, deadline, signed, transaction } = journey;
  const newest = last(signed);
  const onLost = () => {
    journey.doubtful = true;
  };
  try {
    await connection.request('author_submitExtrinsic', [newest.bytes], deadline, onLost);
    return 'taken';
  } catch (error) {
    const failure = error instanceof MillraceError ? (error.cause as Partial<RpcFailure> & { data?: unknown }) : undefined;
    const text = [failure?.message, failure?.data].filter((part) => typeof part === 'string').join(': ');
    if (failure?.code === ALREADY_IMPORTED) return 'taken';
    if (failure?.code === BANNED) return 'banned';
    if (failure?.code === UNVERIFIED && /state already discarded/i.test(text)) return 'astray';
    if (failure?.code === TOO_LOW_PRIORITY || /outdated|stale/i.test(text)) return 'used';
    if (/ancient birth block/i.test(text)) return 'unborn';
    if (failure?.code === INVALID && /exhaust/i.test(text)) throw tooHeavy(callsIn(transaction.decodedCall), error);
    if (failure?.code === INVALID) throw refused(text, error);
    throw error;
  }
}

function refused(why: string, cause: unknown): MillraceError {
  const funds = /pay some fees|balance too low/i.test(why);
  return new MillraceError(
    'Refused',
    `The node refused the transaction: ${why.trim()}`,
    funds ? 'Top the account up.' : 'Look at its signer and arguments.',
    cause,
  );
}

/** Follows the transaction until it is where it should be. */
async function arrive(journey: Journey): Promise<Included> {
  const { connection, deadline, options } = journey;
  let told: Hash | undefined;
  for (;;) {
    const finalized = await connection.finalized(deadline);
    const place = await find(journey);
    if (place) {
      const { hash: blockHash, number: block } = place;
      if (told !== blockHash) options.onProgress?.({ kind: 'included', hash: place.signed.hash, block, blockHash });
      told = blockHash;
      if (options.until === 'best' || block <= finalized.number) return outcome(journey, place);
    } else {
      await again(journey, finalized);
    }
    await connection.nextBlock(deadline);
  }
}

/** Where the best chain holds one of the signatures. */
async function find(journey: Journey): Promise<Place | undefined> {
  const { connection, deadline, signed, seen } = journey;
  const born = Math.min(...signed.map((each) => each.born));
  let hash = await connection.request<Hash>('chain_getBlockHash', [], deadline);
  for (;;) {
    let body = seen.get(hash);
    if (!body) {
      const answer = await connection.request<RpcBlock | null>('chain_getBlock', [hash], deadline);
      // A block of a fork that ended in between.
      if (!answer) return find(journey);
      body = bodyOf(answer, signed);
      seen.set(hash, body);
    }
    if (body.found) return { ...body.found, hash, number: body.number };
    if (body.number <= born) return undefined;
    hash = body.parent;
  }
}

/** Where a signature is in the chain. */
interface Place {
  signed: Signed;
  index: number;
  hash: Hash;
  number: number;
}

interface RpcBlock {
  block: { header: { number: Hash; parentHash: Hash }; extrinsics: Hash[] };
}

function bodyOf({ block: { header, extrinsics } }: RpcBlock, signed: Signed[]): Body {
  const body: Body = { number: Number(header.number), parent: header.parentHash };
  for (const each of signed) {
    const index = extrinsics.indexOf(each.bytes);
    if (index >= 0) body.found = { signed: each, index };
  }
  return body;
}

/** Sends again what no block holds yet: the pool may have dropped it. Signs anew, with the same nonce, what can't come in any more. */
async function again(journey: Journey, finalized: { number: number; hash: Hash }): Promise<void> {
  const newest = last(journey.signed);
  // It may have come into a block since we looked.
  if ((await usedNumbers(journey, finalized.hash)) > newest.nonce && !(await find(journey))) {
    throw new MillraceError(
      'NumberTaken',
      `Another transaction of this account took number ${newest.nonce}, which this one was signed with`,
      'Nothing was done; send it again.',
    );
  }
  const answer = await submit(journey);
  journey.refusals = answer === 'banned' || answer === 'unborn' ? journey.refusals + 1 : 0;
  // The first may be for a block that holds it and that we haven't seen, or for a pool that is a block behind.
  if (finalized.number > newest.born + PERIOD || journey.refusals > 1) {
    await sign(journey, newest.nonce);
    await submit(journey);
  }
}

/** How many transactions of the signer the chain took up to a block. */
async function usedNumbers({ connection, deadline, signer }: Journey, block: Hash): Promise<number> {
  const chain = await connection.chainAt(block, deadline);
  const accounts = chain.builder.buildStorage('System', 'Account');
  const key = accounts.keys.enc(addressOf(signer.publicKey));
  const stored = await connection.request<Hash | null>('state_getStorage', [key, block], deadline);
  return stored ? (accounts.value.dec(stored) as { nonce: number }).nonce : 0;
}

function last(signed: Signed[]): Signed {
  const newest = signed.at(-1);
  if (!newest) throw new Error('nothing is signed');
  return newest;
}

/** The events of a transaction in its block; throws what went wrong there. */
async function outcome({ connection, deadline }: Journey, place: Place): Promise<Included> {
  const chain = await connection.chainAt(place.hash, deadline);
  const storage = chain.builder.buildStorage('System', 'Events');
  const stored = await connection.request<Hash>('state_getStorage', [storage.keys.enc(), place.hash], deadline);
  const records = storage.value.dec(stored) as RawEvent[];
  const events = records
    .filter(({ phase }) => phase.type === 'ApplyExtrinsic' && phase.value === place.index)
    .map(({ event }) => ({ pallet: event.type, name: event.value.type, data: event.value.value ?? {} }));
  const failure = failureOf(chain, events);
  if (failure) throw failure;
  const paid = events.find(({ pallet, name }) => pallet === 'TransactionPayment' && name === 'TransactionFeePaid');
  const fee = (paid?.data.actual_fee as bigint | undefined) ?? 0n;
  return { hash: place.signed.hash, block: place.number, blockHash: place.hash, fee, events };
}

interface RawEvent {
  phase: { type: string; value: number };
  event: { type: string; value: { type: string; value: Record<string, unknown> } };
}
