// The package: everything but its command line, and nothing that needs Node.

export {
  type Account,
  accountFromPhrase,
  addressOf,
  devAccount,
  publicKey,
  walletAccounts,
  walletExtensions,
} from './accounts.js';
export { fromHex, toHex } from 'polkadot-api/utils';
export { formatMill, parseMill, UNIT } from './amounts.js';
export { type Answer, answers } from './answers.js';
export { costOf, onHold } from './bill.js';
export type { ConnectOptions, Status } from './connection.js';
export type { Wait } from './deadline.js';
export { type Code, MillraceError } from './errors.js';
export type { ChainEvent } from './failure.js';
export {
  type Batch,
  type BatchOptions,
  batchBytes,
  dequantize,
  type Image,
  type ImageOptions,
  integers,
  type Quantization,
  quantize,
} from './input.js';
export { checkMetadata, parseMetadata } from './metadata.js';
export {
  type Claimed,
  connect,
  Millrace,
  modelId,
  type Posted,
  type Posting,
  type Registered,
  type Signs,
  type Terms,
} from './millrace.js';
export { type NpyArray, readNpy } from './npy.js';
export { type CollectOptions, collect, type Page, type PageOptions } from './pages.js';
export type { Included, Progress, SendOptions, Signable } from './send.js';
export type * as views from './views.js';
export type { Hash, Lease, Metadata, Miner, Model, Offer, Quote, Race, Share, Task, Tensor } from './views.js';
export type { Watched } from './watch.js';
