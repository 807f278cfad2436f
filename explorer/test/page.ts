// What the tests do with the page, and what they look at.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { test as base, expect, type Page } from '@playwright/test';
import { Keyring } from '@polkadot/keyring';
import type { AxeResults } from 'axe-core';
import { connect, devAccount, type Hash } from 'millrace';
import { WebSocket } from 'ws';

import { DIGITS } from '../src/digit';
import { type Node, STARTS_WITHIN, startNode } from './node';
import { STROKES } from './strokes';

/** Tests share one node: that of MILLRACE_PORT if it runs already, or one of their own. */
export const test = base.extend<object, { node: Node }>({
  node: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      const port = Number(process.env.MILLRACE_PORT);
      const node = port ? { port, url: `ws://127.0.0.1:${port}`, stop: async () => undefined } : await startNode();
      await use(node);
      await node.stop();
    },
    { scope: 'worker', timeout: STARTS_WITHIN + 60_000 },
  ],
});

/** Bytes of a digit. */
const SAMPLE = 64;
/** The miner of a development chain. */
export const MINER = '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y';

/** An address of each view. */
export const everyView = [
  '#/',
  '#/models',
  `#/model/${DIGITS}`,
  `#/miner/${MINER}`,
  '#/task/0',
  '#/draw',
  '#/mine',
  '#/settings',
];

/** The block that the page shows. */
export const block = async (page: Page) => Number((await page.getByTestId('block').textContent())?.replace(/\D/g, ''));

/** Opens a view, and waits until it shows what it read. */
export async function look(page: Page, node: string, view = '#/'): Promise<void> {
  // The address differs in its hash only, which loads nothing.
  await page.goto('about:blank');
  await page.goto(`/?node=${node}${view}`);
  await expect(page.getByRole('status').first()).toContainText('live');
  await expect(page.getByText(/^Reading the .*…$/)).toHaveCount(0);
}

/** Posts so many held-out digits at once, from here; at a ceiling below their price they wait. */
export async function post(node: string, account: string, samples: number, maxPrice: bigint, blocks = 100): Promise<number> {
  const digits = readFileSync(new URL('../../models/digits/heldout.bin', import.meta.url));
  const millrace = await connect(node, { webSocket: WebSocket as unknown as typeof globalThis.WebSocket });
  try {
    const input = Uint8Array.from({ length: samples * SAMPLE }, (_, at) => digits[at % digits.length]!);
    const { task } = await millrace.post({ model: DIGITS as Hash, input, maxPrice, blocks }, devAccount(account), {
      until: 'best',
    });
    return task;
  } finally {
    millrace.close();
  }
}

const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}` as Hash;

/** Makes an account a miner with one slot, and no node that would work for it. */
export async function addMiner(node: string, account: string, ask: bigint, rate: bigint): Promise<string> {
  const keys = new Keyring({ type: 'sr25519' });
  const [miner, mill] = [keys.addFromUri(account), keys.addFromUri(`${account}//mill`)];
  const millrace = await connect(node, { webSocket: WebSocket as unknown as typeof globalThis.WebSocket });
  try {
    const genesis = await millrace.client._request<Hash>('chain_getBlockHash', [0]);
    const said = Buffer.concat([Buffer.from('millrace/own'), Buffer.from(genesis.slice(2), 'hex'), miner.publicKey]);
    const terms = { ask, rates: [rate], models: [DIGITS as Hash] };
    const proof = hex(mill.sign(said));
    const { address, signer } = devAccount(account);
    await millrace.registerMiner({ mill: hex(mill.publicKey), proof, ...terms }, signer, { until: 'best' });
    // In the next round anyone may bring its offer into force.
    const apply = () => millrace.api.tx.Miners!.apply_offer!({ miner: address });
    const inForce = async () => {
      await millrace.send(apply(), signer, { until: 'best' }).catch(() => undefined);
      return (await millrace.miner(address)).next;
    };
    await expect.poll(inForce, { timeout: 120_000 }).toBeNull();
    return address;
  } finally {
    millrace.close();
  }
}

/** Draws a digit with the mouse. */
export async function drawDigit(page: Page, digit: number): Promise<void> {
  const field = (await page.getByRole('application').boundingBox())!;
  const at = ([x, y]: readonly [number, number]) =>
    [field.x + (x / 28) * field.width, field.y + (y / 28) * field.height] as const;
  for (const stroke of STROKES[digit]!) {
    await page.mouse.move(...at(stroke[0]!));
    await page.mouse.down();
    for (const point of stroke) await page.mouse.move(...at(point), { steps: 3 });
    await page.mouse.up();
  }
}

export const noSidewaysScrolling = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

/** What can be pressed, outside of texts and tables' cells, and is smaller than 24 pixels. */
export const smallTargets = (page: Page): Promise<string[]> =>
  page.locator('button, select, .brand, nav a').evaluateAll((all) =>
    all
      .map((each) => ({ each, box: each.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ each, box }) => `${each.outerHTML.slice(0, 80)}: ${box.width} × ${box.height}`),
  );

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds wrong, one line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const { violations: found } = await page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  );
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 160)}`));
}
