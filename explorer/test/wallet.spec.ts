// An account of a wallet extension: what the page asks of it, and a digit that it pays for. The extension is what a page sees of
// one, `window.injectedWeb3`, in front of the packages that polkadot{.js} extension itself signs with.

import { expect, type Page } from '@playwright/test';
import { Keyring } from '@polkadot/keyring';
import { TypeRegistry } from '@polkadot/types';
import type { SignerPayloadJSON } from '@polkadot/types/types';

import { drawDigit, look, test } from './page';

/** Puts an extension into the page that lends //Eve's account, and says what it was asked to sign. */
async function lendEve(page: Page): Promise<SignerPayloadJSON[]> {
  const pair = new Keyring({ type: 'sr25519' }).addFromUri('//Eve', { name: 'Eve, of the wallet' });
  const asked: SignerPayloadJSON[] = [];
  await page.exposeFunction('signByWallet', (payload: SignerPayloadJSON) => {
    asked.push(payload);
    const registry = new TypeRegistry();
    registry.setSignedExtensions(payload.signedExtensions);
    return registry.createType('ExtrinsicPayload', payload, { version: payload.version }).sign(pair).signature;
  });
  await page.addInitScript((address) => {
    const account = { address, name: 'Eve, of the wallet', type: 'sr25519' };
    const accounts = {
      get: async () => [account],
      subscribe: (told: (all: (typeof account)[]) => void) => {
        told([account]);
        return () => undefined;
      },
    };
    const signByWallet = (window as unknown as { signByWallet: (payload: unknown) => Promise<string> }).signByWallet;
    let id = 0;
    const signer = {
      signPayload: async (payload: unknown) => ({ id: id++, signature: await signByWallet(payload) }),
      signRaw: async () => {
        throw new Error('nothing here signs raw bytes');
      },
    };
    const enable = async () => ({ accounts, signer, metadata: { get: async () => [], provide: async () => true } });
    Object.assign(window, { injectedWeb3: { 'polkadot-js': { version: '0.62.6', enable } } });
  }, pair.address);
  return asked;
}

test('an account of a wallet extension pays for a digit', async ({ page, node }) => {
  const asked = await lendEve(page);
  await look(page, node.url, '#/draw');
  await page.getByRole('button', { name: 'Ask polkadot-js for its accounts' }).click();
  await expect(page.getByLabel('Account')).toHaveValue('Eve, of the wallet');
  await expect(page.getByText('A development account')).toHaveCount(0);
  await drawDigit(page, 3);
  await page.getByRole('button', { name: 'Post this digit' }).click();
  await expect(page.getByTestId('digit')).toHaveText('3', { timeout: 60_000 });
  expect(asked).toHaveLength(1);
});

test('a wallet that refuses is said', async ({ page, node }) => {
  await page.addInitScript(() => {
    const enable = () => Promise.reject(new Error('the user said no'));
    Object.assign(window, { injectedWeb3: { 'polkadot-js': { version: '0.62.6', enable } } });
  });
  await look(page, node.url, '#/draw');
  await page.getByRole('button', { name: 'Ask polkadot-js for its accounts' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'lends no accounts' })).toContainText(
    'Allow this page in the extension.',
  );
});
