// What several tests wait for, and check.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition gives something, and resolves with that; fails if it doesn't in so many milliseconds. */
export async function until(what, condition, limit = 300_000) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() < end, `${what}: not within ${limit} ms`);
    await sleep(50);
  }
}

/** Fails unless an outcome has its lease's price: the whole of it until the lease is due, and less afterwards. */
export function checkPrice({ block, history, paid, burned }) {
  const { price, due } = history.at(-1);
  if (block <= due) assert.equal(paid + burned, price, `settled in block ${block}, due in ${due}`);
  else assert.ok(paid + burned < price, `settled in block ${block} for the whole price, due in ${due}`);
}
