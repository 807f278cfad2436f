// The pictures of docs/explorer.md, over a node that has something to do.

import { expect, type Page } from '@playwright/test';

import { WINDOW } from '../src/chain/ledger';
import { block, drawDigit, everyView, look, post, test } from './page';

const IMAGES = new URL('../../docs/images/', import.meta.url).pathname;
const WIDE = { width: 1180, height: 900 };
const NARROW = { width: 360, height: 740 };
const MARGIN = 16;
const MICRO = 1_000_000n;

/** What fits the window, or less if there is less. */
async function shoot(page: Page, name: string): Promise<void> {
  const { width, height } = page.viewportSize()!;
  const end = await page.evaluate(() => document.getElementById('main')!.lastElementChild!.getBoundingClientRect().bottom);
  const clip = { x: 0, y: 0, width, height: Math.min(height, Math.ceil(end) + MARGIN) };
  await page.screenshot({ path: `${IMAGES}explorer-${name}.png`, animations: 'disabled', clip });
}

/** Waits until the page has read all blocks that it looks back at. */
async function full(page: Page): Promise<void> {
  const read = async () => Number((await page.getByText(/^in the last \d+ blocks$/).textContent())?.replace(/\D/g, ''));
  const all = Math.min(WINDOW, (await block(page)) - 1);
  await expect.poll(read, { timeout: 120_000 }).toBeGreaterThanOrEqual(all);
}

/** Tasks that are executed, and some that wait because they offer too little. */
async function work(node: string): Promise<void> {
  const verified = ['//Alice', '//Bob', '//Dave'].map(async (account) => {
    for (const samples of [1, 64, 200, 450]) await post(node, account, samples, 400n * MICRO);
  });
  const waiting = ['//Charlie', '//Eve', '//Ferdie'].map(async (account, at) => {
    for (const [samples, ceiling, blocks] of [
      [8_100, 1_900, 500],
      [450, 108, 100],
      [450, 105, 300],
      [8_100, 1_990, 150],
      [450, 101, 40],
    ] as const) {
      await post(node, account, samples, BigInt(ceiling - at) * MICRO, blocks);
    }
  });
  await Promise.all([...verified, ...waiting]);
}

test('pictures', async ({ page, node }) => {
  await page.setViewportSize(WIDE);
  await look(page, node.url, '#/draw');
  await drawDigit(page, 3);
  await page.getByRole('button', { name: 'Post this digit' }).click();
  await expect(page.getByTestId('digit')).toBeVisible({ timeout: 120_000 });
  await shoot(page, 'draw');
  await page.getByRole('region', { name: 'The verified answer' }).getByRole('link', { name: /^task/ }).first().click();
  await expect(page.getByText('The chain verified the answer')).toBeVisible();
  await shoot(page, 'task');
  const [, , model, miner] = everyView;
  await look(page, node.url, model);
  await shoot(page, 'model');
  await work(node.url);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await look(page, node.url);
    await full(page);
    await shoot(page, `race-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ ...WIDE, height: 600 });
  await page.evaluate(() => document.getElementById('curves')?.closest('section')?.scrollIntoView());
  await shoot(page, 'blocks');
  await page.setViewportSize(WIDE);
  await look(page, node.url, miner);
  await expect(page.getByText(/^Tasks, last [1-9]/)).toBeVisible();
  await shoot(page, 'miner');
  await look(page, node.url, '#/mine');
  await page.getByLabel('Account').selectOption('//Bob');
  await expect(page.getByRole('region', { name: 'Tasks of //Bob' }).getByRole('row')).not.toHaveCount(0);
  await shoot(page, 'mine');
  await page.setViewportSize(NARROW);
  await look(page, node.url);
  await shoot(page, 'narrow');
});
