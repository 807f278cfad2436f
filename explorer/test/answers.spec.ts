// What the page makes of answers that a node of these tests never gives: faults, empty lists, blocks that aren't final, miners
// that don't earn. The node is a real one, and some of its answers are changed on their way.

import { expect, type Page } from '@playwright/test';

import { drawDigit, look, MINER, post, test } from './page';

interface Request {
  id: number;
  method: string;
  params: unknown[];
}

/** What becomes of an answer: another result or error in its place; undefined leaves it as it is. */
type Change = (request: Request, result: unknown) => { result: unknown } | { error: unknown } | undefined;

async function change(page: Page, how: Change): Promise<void> {
  await page.routeWebSocket(/./, (socket) => {
    const asked = new Map<number, Request>();
    const node = socket.connectToServer();
    socket.onMessage((text) => {
      const request = JSON.parse(String(text)) as Request;
      asked.set(request.id, request);
      node.send(text);
    });
    node.onMessage((text) => {
      const { id, result } = JSON.parse(String(text)) as { id?: number; result?: unknown };
      const request = id === undefined ? undefined : asked.get(id);
      const other = request && result !== undefined ? how(request, result) : undefined;
      socket.send(other ? JSON.stringify({ jsonrpc: '2.0', id, ...other }) : text);
    });
  });
}

test('a view that can no longer be read says why, and keeps what it read', async ({ page, node }) => {
  const task = await post(node.url, '//Eve', 400, 80_000_000n, 1_000);
  let broken = false;
  await change(page, ({ method }) =>
    broken && method === 'millrace_task' ? { error: { code: -32000, message: 'The state of this block is gone' } } : undefined,
  );
  await look(page, node.url, `#/task/${task}`);
  const stands = page.getByRole('region', { name: 'Where it stands' });
  await expect(stands).toContainText('Rent of its waits so far');
  await expect(stands).toContainText(/Posting it\s*[\d.]+\smMILL/);
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0);
  broken = true;
  await expect(page.getByRole('main').getByRole('alert')).toContainText('The state of this block is gone. Look');
  await expect(stands).toContainText('Rent of its waits so far');
  broken = false;
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0);
});

test('a chain without a model says so', async ({ page, node }) => {
  await change(page, ({ method }) => (method === 'millrace_models' ? { result: { items: [], next: null } } : undefined));
  await look(page, node.url, '#/models');
  await expect(page.getByRole('main')).toContainText('This chain has no model yet.');
});

test('a drawn digit has its number once no re-org can give it to another', async ({ page, node }) => {
  let held: unknown;
  let holding = false;
  await change(page, ({ method }, result) => {
    if (method !== 'chain_getFinalizedHead' || !holding) return undefined;
    held ??= result;
    return { result: held };
  });
  await look(page, node.url, '#/draw');
  await drawDigit(page, 7);
  holding = true;
  await page.getByRole('button', { name: 'Post this digit' }).click();
  await expect(page.getByText('In a block; waiting until it is final…')).toBeVisible({ timeout: 60_000 });
  await page.waitForTimeout(3_000);
  await expect(page.getByText(/Task \d+/)).toHaveCount(0);
  holding = false;
  await expect(page.getByTestId('digit')).toHaveText('7', { timeout: 60_000 });
});

test('a miner that earns nothing reads why, and what to do', async ({ page, node }) => {
  const reasons = [
    [{ kind: 'suspended', slots: [0] }, 'then call miners.resume'],
    [{ kind: 'rejected' }, 'then call miners.resume'],
    [{ kind: 'bondShort', missing: '1000000000' }, 'miners.resume tops it up'],
    [{ kind: 'noSlots' }, 'miners.offer puts some on sale'],
    [{ kind: 'notOffered', models: ['0x00'] }, 'miners.offer adds them'],
  ] as const;
  await change(page, ({ method }, result) => {
    if (method !== 'millrace_miner') return undefined;
    const { slots, ...rest } = result as { slots: object[] };
    const off = slots.map((slot) => ({ ...slot, leasedRate: '0', suspended: false, withdrawn: false, onSale: false }));
    return { result: { ...rest, slots: off, idle: reasons.map(([reason]) => reason) } };
  });
  await look(page, node.url, `#/miner/${MINER}`);
  const idle = page.getByRole('region', { name: 'Why it may not earn more' }).getByRole('listitem');
  for (const [at, [, remedy]] of reasons.entries()) await expect(idle.nth(at)).toContainText(remedy);
  await expect(page.getByRole('region', { name: 'Table: Slots' })).toContainText('not on sale');
  await expect(page.getByRole('region', { name: 'Table: Slots' })).not.toContainText('free');
});
