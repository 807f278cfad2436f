// What the page says when a node is lost, was never there, or isn't one.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, type Page } from '@playwright/test';

import { block, look, test, violations } from './page';
import { freePort, STARTS_WITHIN, startNode, startProxy } from './node';

const moves = async (page: Page) => {
  const now = await block(page);
  await expect.poll(() => block(page), { timeout: 60_000 }).not.toBe(now);
};

test('a lost connection is said, and comes back by itself', async ({ page, node }) => {
  const proxy = await startProxy(node.port);
  await look(page, proxy.url);
  await moves(page);
  await proxy.cut();
  await expect(page.getByRole('status')).toContainText('connection lost');
  await expect(page.getByRole('alert')).toContainText(`The connection to ${proxy.url} is lost, so these figures stand still.`);
  // What was known stays.
  expect(await block(page)).toBeGreaterThan(0);
  expect(await violations(page)).toEqual([]);
  await proxy.mend();
  await expect(page.getByRole('status')).toContainText('live', { timeout: 60_000 });
  await expect(page.getByRole('alert')).toBeEmpty();
  await moves(page);
  await proxy.cut();
});

test('a node that answers no more is said before the connection is given up', async ({ page, node }) => {
  const proxy = await startProxy(node.port);
  await look(page, proxy.url);
  await moves(page);
  proxy.hold(true);
  // Five block times, which are six seconds each until the page has measured them.
  await expect(page.getByRole('status')).toContainText('no new block', { timeout: 60_000 });
  await expect(page.getByRole('alert')).toContainText(
    /No block has come for [\d.]+ seconds?, so these figures stand still\. Look/,
  );
  proxy.hold(false);
  await expect(page.getByRole('status')).toContainText('live', { timeout: 60_000 });
  await expect(page.getByRole('alert')).toBeEmpty();
  await moves(page);
  await proxy.cut();
});

test('a node that begins its chain anew is followed', async ({ page }) => {
  // It starts two nodes.
  test.setTimeout(3 * STARTS_WITHIN);
  // Fast blocks at first: the second node then takes three minutes to get as far, so that the page can be late on a busy machine.
  let own = await startNode({ blockTime: 100 });
  try {
    await look(page, own.url);
    await expect.poll(() => block(page), { timeout: 240_000 }).toBeGreaterThan(60);
    await own.stop();
    await expect(page.getByRole('status')).toContainText('connection lost');
    own = await startNode({ port: own.port, blockTime: 3_000 });
    await expect(page.getByRole('status')).toContainText('live', { timeout: 60_000 });
    await expect.poll(() => block(page), { timeout: 60_000 }).toBeLessThan(60);
    await moves(page);
  } finally {
    await own.stop();
  }
});

test('an address where nobody answers is said, and another can be given', async ({ page, node }) => {
  const url = `ws://127.0.0.1:${await freePort()}`;
  await page.goto(`/?node=${url}`);
  await expect(page.getByRole('alert')).toContainText(`No node answers at ${url}.`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The race');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel("Address of the node's websocket").fill(node.url);
  await page.getByRole('button', { name: 'Use this node' }).click();
  await expect(page.getByRole('status')).toContainText('live');
});

test('what is no address gets a sentence', async ({ page }) => {
  await page.goto('/?node=nonsense');
  await expect(page.getByRole('alert')).toContainText("'nonsense' is no address of a node");
  await expect(page.getByRole('alert')).toContainText('ws://127.0.0.1:9944');
  expect(await violations(page)).toEqual([]);
});

test('an address that is empty is as none', async ({ page }) => {
  await page.goto('/?node=');
  await expect(page.getByRole('contentinfo')).toContainText('ws://127.0.0.1:9944');
});

test('a server that is no node gets a sentence', async ({ page }) => {
  const server = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await page.goto(`/?node=ws://127.0.0.1:${port}`);
  await expect(page.getByRole('alert')).toContainText('No node answers at');
  server.close();
});

for (const [view, sentence] of [
  ['#/task/99999', 'There is no task 99999'],
  ['#/task/soon', '“soon” is no task'],
  ['#/model/0x12', '“0x12” is no model'],
  [`#/model/0x${'00'.repeat(32)}`, 'is registered'],
  ['#/miner/5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY', 'is no miner'],
  ['#/miner/nobody', 'nobody'],
  ['#/elsewhere', 'There is no page at this address'],
  ['#/task/%', '“%” is no task'],
  ['#/model/%zz', '“%zz” is no model'],
  ['#/miner/%E0%A4%A', '%E0%A4%A'],
  ['#/%', 'There is no page at this address'],
] as const) {
  test(`${view} gets a sentence`, async ({ page, node }) => {
    await look(page, node.url, view);
    await expect(page.getByRole('main')).toContainText(sentence);
  });
}
