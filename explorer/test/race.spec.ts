// The race and the pages of a task, a miner and a model, over a node that works.

import { readFileSync } from 'node:fs';

import { expect } from '@playwright/test';
import { Blake2256 } from '@polkadot-api/substrate-bindings';

import { DIGITS } from '../src/digit';
import {
  addMiner,
  block,
  drawDigit,
  everyView,
  look,
  MINER,
  noSidewaysScrolling,
  post,
  smallTargets,
  test,
  violations,
} from './page';

test('the race moves', async ({ page, node }) => {
  await look(page, node.url);
  await expect(page.getByRole('status')).toContainText('live');
  const first = await block(page);
  await expect.poll(() => block(page)).toBeGreaterThan(first + 1);
  const ranking = page.getByRole('region', { name: 'Table: Miners' });
  await expect(ranking.getByRole('row')).toHaveCount(2);
  await expect(ranking).toContainText('50 µMILL');
  await expect(ranking).toContainText('2 GMAC');
  await expect(page.getByText('Next halving')).toBeVisible();
  await expect(page.getByText('at block 21,000,000')).toBeVisible();
  // A development node mines from its first blocks on, but wins are rare.
  await expect(page.getByText(/won a sprint: .* mined/).first()).toBeVisible({ timeout: 240_000 });
  await expect(page.getByRole('img', { name: /^Work mined: / })).toBeVisible();
});

for (const digit of [0, 3, 7]) {
  test(`a drawn ${digit} is answered with ${digit}, verified`, async ({ page, node }) => {
    await look(page, node.url, '#/draw');
    await drawDigit(page, digit);
    await page.getByRole('button', { name: 'Post this digit' }).click();
    await expect(page.getByTestId('digit')).toHaveText(String(digit), { timeout: 60_000 });
    const answer = page.getByRole('region', { name: 'The verified answer' });
    await expect(answer).toContainText('Paid to it');
    await expect(answer).toContainText('Posting it');
    await expect(answer).toContainText(/The miner submitted \d+\sbytes of trace/);
    // The trace's last sums are those of the digits, and the largest is the answer.
    await expect(answer.locator('.scores .best')).toHaveCount(1);
    await expect(answer.locator('.scores .best th')).toHaveText(String(digit));
    await answer
      .getByRole('link', { name: /^task \d+$/ })
      .first()
      .click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Task \d+$/);
    await expect(page.getByText('The chain verified the answer')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Output' })).toContainText(`0${digit} 00 00 00`);
  });
}

test('my tasks say what is on hold and what came back, and one that waits can be cancelled', async ({ page, node }) => {
  // They cost 99 µMILL, and rent takes one in each block.
  const task = await post(node.url, '//Eve', 400, 80_000_000n);
  await look(page, node.url, '#/mine');
  await page.getByLabel('Account').selectOption('//Eve');
  const row = page.getByRole('region', { name: 'Tasks of //Eve' }).getByRole('row', { name: new RegExp(`^task ${task} `) });
  await expect(row).toContainText('waiting');
  await expect(row.getByRole('cell').nth(2)).toHaveText(/^[\d.]+\smMILL$/);
  await row.getByRole('button', { name: /^Cancel/ }).click();
  await expect(page.getByText(`Task ${task} is cancelled, and what was on hold is back`)).toBeVisible({ timeout: 60_000 });
  await expect(row).toContainText('refunded');
});

test('a bill is less what a slash gave back', async ({ page, node }) => {
  // Nobody fails on this chain, so its node is made to say that somebody did, and that all of the posting came back.
  const slashed = (text: string | Buffer) =>
    String(text).replace(/"posting":"(\d+)"(,"compensation":"0")?/g, '"posting":"$1","compensation":"$1"');
  await page.routeWebSocket(/./, (socket) => {
    const there = socket.connectToServer();
    there.onMessage((text) => socket.send(slashed(text)));
  });
  const task = await post(node.url, '//Dave', 1, 10n ** 12n);
  await look(page, node.url, `#/task/${task}`);
  const ended = page.getByRole('region', { name: 'How it ended' });
  await expect(ended).toContainText(/Posting it\s*([\d.]+\smMILL), of which \1 came back from miners that failed it/);
  const part = async (name: string) =>
    BigInt((await ended.locator('.facts > div', { hasText: name }).locator('data').first().getAttribute('value')) ?? '');
  const parts = ['Paid to it', 'Burned of the price', 'Verification’s fee', 'Keeping output and record', 'Rent of its waits'];
  const cost = (await Promise.all(parts.map(part))).reduce((sum, each) => sum + each, 0n);
  await look(page, node.url, '#/mine');
  await page.getByLabel('Account').selectOption('//Dave');
  const row = page.getByRole('region', { name: 'Tasks of //Dave' }).getByRole('row', { name: new RegExp(`^task ${task} `) });
  await expect(row.getByRole('cell').nth(3).locator('data')).toHaveAttribute('value', String(cost));
});

test('the queue shows in which band each task bids', async ({ page, node }) => {
  // Both are below their price, so they wait: 80 µMILL over 100 blocks, and 1.9 mMILL for more samples over as many.
  const low = await post(node.url, '//Ferdie', 400, 80_000_000n);
  const high = await post(node.url, '//Ferdie', 8_000, 1_900_000_000n);
  await look(page, node.url);
  const square = (task: number) => page.getByRole('link', { name: new RegExp(`^Task ${task}: bids .* a block$`) });
  await expect(square(low)).toHaveClass(/\bband-1\b/);
  await expect(square(high)).toHaveClass(/\bband-3\b/);
});

test('the useful share and what is burned are those of the last blocks', async ({ page, node }) => {
  const figure = (label: string) =>
    page
      .locator('.stat')
      .filter({ has: page.getByText(label, { exact: true }) })
      .locator('.figure');
  await post(node.url, '//Bob', 400, 10n ** 12n);
  await look(page, node.url);
  await expect(figure('Useful share')).toHaveText(/^\d*[.]?\d*[1-9]\d*\s%$/, { timeout: 120_000 });
  // Five in a hundred of its 99.2 µMILL, and the rent of those that wait.
  await expect(figure('Burned')).toHaveText(/^[1-9][\d,]*([.]\d+)?\s(µ|m)?MILL$/);
});

test('the pages of the miner and of the model', async ({ page, node }) => {
  await look(page, node.url, '#/models');
  await expect(page.getByRole('region', { name: 'Table: Models' })).toContainText('digits');
  const encoding = readFileSync(new URL('../../models/digits/digits.millrace', import.meta.url));
  expect(DIGITS).toBe(`0x${Buffer.from(Blake2256(encoding)).toString('hex')}`);
  await page.getByRole('region', { name: 'Table: Models' }).getByRole('link').first().click();
  await expect(page.getByText(DIGITS)).toBeVisible();
  await expect(page.getByRole('region', { name: 'What the chain knows' })).toContainText('4.96 kMAC');
  const said = page.getByRole('region', { name: 'What its owner says of it' });
  await expect(said).toContainText('CC-BY-4.0');
  await expect(said).toContainText('grey levels from 0');
  await expect(said).toContainText('0, 1, 2, 3, 4, 5, 6, 7, 8, 9');
  await page.getByRole('region', { name: 'Table: Offers' }).getByRole('link').first().click();
  await expect(page.getByRole('region', { name: 'What it offers' })).toContainText('50 µMILL a mega-MAC');
  await expect(page.getByRole('region', { name: 'Table: Slots' }).getByRole('row')).toHaveCount(3);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no view has a fault of accessibility, ${colorScheme}`, async ({ page, node }) => {
    await page.emulateMedia({ colorScheme });
    const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    for (const view of everyView) {
      await look(page, node.url, view);
      expect(await violations(page), view).toEqual([]);
    }
    expect(await paper()).toBe(colorScheme === 'dark' ? 'rgb(15, 21, 22)' : 'rgb(246, 247, 245)');
  });
}

test('dark can be chosen, whatever the system has', async ({ page, node }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await look(page, node.url, '#/settings');
  await page.getByLabel('Dark').check();
  await expect(page.locator('html')).toHaveCSS('background-color', 'rgb(15, 21, 22)');
  await page.reload();
  await expect(page.locator('html')).toHaveCSS('background-color', 'rgb(15, 21, 22)');
});

test('no view scrolls sideways at 360 pixels, and fingers hit what they should', async ({ page, node }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  for (const view of everyView) {
    await look(page, node.url, view);
    expect(await noSidewaysScrolling(page), view).toBe(true);
    expect(await violations(page), view).toEqual([]);
    expect(await smallTargets(page), view).toEqual([]);
  }
});

test('a digit is drawn with keys alone', async ({ page, node }) => {
  await look(page, node.url, '#/draw');
  await page.getByRole('application').focus();
  await page.keyboard.press('Space');
  for (let at = 0; at < 6; at += 1) await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('img', { name: /as the model sees it/ })).toBeVisible();
  await page.keyboard.press('Delete');
  await expect(page.getByRole('img', { name: 'Nothing is drawn yet' })).toBeVisible();
});

// The last, because others look at a chain with one miner.
test('miners are in the order of their efficiency, or of what is chosen', async ({ page, node }) => {
  // It promises more than the chain's own miner, at a price that nobody pays.
  const other = await addMiner(node.url, '//Alice', 10n ** 15n, 5_000_000_000n);
  await look(page, node.url);
  const ranking = page.getByRole('region', { name: 'Table: Miners' });
  const [here, there] = [MINER, other].map((miner) => `#/miner/${miner}`);
  const links = ranking.getByRole('rowheader').getByRole('link');
  const order = async () => {
    const all = await links.evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
    return all.filter((each) => each === here || each === there);
  };
  await expect.poll(order).toEqual([here, there]);
  await ranking.getByRole('button', { name: 'Rate' }).click();
  await expect(ranking.getByRole('columnheader', { name: 'Rate' })).toHaveAttribute('aria-sort', 'descending');
  await expect.poll(order).toEqual([there, here]);
  await ranking.getByRole('button', { name: 'Efficiency' }).click();
  await expect.poll(order).toEqual([here, there]);
});
