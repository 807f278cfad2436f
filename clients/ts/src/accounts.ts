// Who signs: development accounts, accounts from a secret phrase, and those of a browser's wallet extension.

import { sr25519CreateDerive } from '@polkadot-labs/hdkd';
import { DEV_PHRASE, mnemonicToMiniSecret, ss58Address, ss58Decode, validateMnemonic } from '@polkadot-labs/hdkd-helpers';
import { connectInjectedExtension, getInjectedExtensions } from 'polkadot-api/pjs-signer';
import { getPolkadotSigner, type PolkadotSigner } from 'polkadot-api/signer';

import { MillraceError } from './errors.js';

export interface Account {
  address: string;
  signer: PolkadotSigner;
  /** What the wallet calls it. */
  name?: string;
}

/** Millrace's prefix of addresses. */
const PREFIX = 42;

/** An account from a secret phrase, followed by a path such as `//miner` or none. */
export function accountFromPhrase(secret: string): Account {
  const cut = secret.indexOf('/');
  const [phrase, path] = cut < 0 ? [secret, ''] : [secret.slice(0, cut), secret.slice(cut)];
  if (!validateMnemonic(phrase.trim())) {
    throw new MillraceError(
      'BadArguments',
      'This is no secret phrase: a word is wrong, or one is missing',
      'Give its 12 to 24 English words, and a path after them if the account has one.',
    );
  }
  const key = sr25519CreateDerive(mnemonicToMiniSecret(phrase.trim()))(path);
  return { address: addressOf(key.publicKey), signer: getPolkadotSigner(key.publicKey, 'Sr25519', key.sign) };
}

/** A development account such as `//Alice`. Everybody knows its key. */
export function devAccount(path: string): Account {
  if (!path.startsWith('/')) {
    throw new MillraceError('BadArguments', `'${path}' is no path of a key`, 'Give one such as //Alice.');
  }
  return { ...accountFromPhrase(`${DEV_PHRASE}${path}`), name: path };
}

/** The names of the wallet extensions that this page may ask. */
export const walletExtensions = (): string[] => (typeof window === 'undefined' ? [] : getInjectedExtensions());

/** The accounts that a wallet extension lends to this page; it asks its owner. Ethereum-like accounts are left out. */
export async function walletAccounts(extension: string, page = 'Millrace'): Promise<Account[]> {
  if (!walletExtensions().includes(extension)) {
    throw new MillraceError('BadArguments', `There is no wallet extension '${extension}'`, 'Install it, or load the page again.');
  }
  const wallet = await connectInjectedExtension(extension, page).catch((error: unknown) => {
    throw new MillraceError(
      'NotSigned',
      `The wallet '${extension}' lends no accounts`,
      'Allow this page in the extension.',
      error,
    );
  });
  return wallet
    .getAccounts()
    .filter(({ type }) => type !== 'ecdsa')
    .map(({ polkadotSigner, name }) => ({
      address: addressOf(polkadotSigner.publicKey),
      signer: polkadotSigner,
      ...(name === undefined ? {} : { name }),
    }));
}

/** The address of a public key. */
export const addressOf = (key: Uint8Array): string => ss58Address(key, PREFIX);

/** The public key of an address. */
export function publicKey(address: string): Uint8Array {
  try {
    return ss58Decode(address)[0];
  } catch (error) {
    throw new MillraceError('BadArguments', `'${address}' is no address`, 'Check it for a mistake in typing.', error);
  }
}
