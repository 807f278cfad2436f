// Who signs: a development account, or one of a wallet extension.

import { type Account, devAccount, walletAccounts, walletExtensions } from 'millrace';

import { setAccount, settings } from './settings';

/** The accounts that a development chain endows. Everybody knows their keys. */
export const DEVELOPMENT = ['//Alice', '//Bob', '//Charlie', '//Dave', '//Eve', '//Ferdie'].map(devAccount);

/** Accounts that an extension has lent to this page. */
const lent: Account[] = [];

export const nameOf = ({ name, address }: Account): string => name ?? address;

export const accounts = (): Account[] => [...DEVELOPMENT, ...lent];

/** The account that signs; the second of the development accounts until another is chosen. */
export const account = (): Account => accounts().find((each) => nameOf(each) === settings.account) ?? DEVELOPMENT[1]!;

export const choose = setAccount;

export const extensions = walletExtensions;

/** Asks an extension for its accounts, and takes the first. */
export async function borrow(extension: string): Promise<void> {
  const found = await walletAccounts(extension, 'Millrace explorer');
  for (const each of found) if (!lent.some(({ address }) => address === each.address)) lent.push(each);
  if (found[0]) setAccount(nameOf(found[0]));
}
