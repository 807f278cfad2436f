// What an ended task cost, and how that is said.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { bill } from '../src/cli/lines.js';
import { costOf } from '../src/index.js';
import type { End } from '../src/views.js';

const settled: End = {
  kind: 'settled',
  miner: '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y',
  paid: 1n,
  burned: 20n,
  fee: 300n,
  retention: 4_000n,
  returned: 50_000_000n,
  rent: 60_000n,
  posting: 7_800_000_000n,
  compensation: 0n,
};
const refunded: End = { kind: 'refunded', why: 'deadline', rent: 1n, retention: 20n, posting: 300n, compensation: 0n };
const failed: End = { kind: 'failed', why: 'tooManyFailures', rent: 1n, retention: 20n, posting: 300n, compensation: 200n };

const lines = (end: End) =>
  bill({
    kind: 'ended',
    task: 7,
    fate: { requester: settled.miner, model: '0x00', samples: 1, block: 9, end },
    keptUntil: 10,
    output: null,
  });

describe('a bill', () => {
  it('is the sum of all that was paid', () => {
    assert.equal(costOf(settled), 7_800_064_321n);
    assert.equal(costOf(refunded), 321n);
    assert.doesNotMatch(lines(settled).join('\n') + lines(refunded).join('\n'), /came back from/);
  });

  it('is less what a slash gave back', () => {
    const compensated = { ...settled, compensation: settled.posting };
    assert.equal(costOf(compensated), 64_321n);
    assert.ok(
      lines(compensated).includes(
        'posting    0.0078 MILL for the transaction that posted it, of which 0.0078 MILL came back from miners that failed it',
      ),
    );
    assert.equal(costOf(failed), 121n);
    assert.match(lines(failed).join('\n'), /of which 0\.0000000002 MILL came back from miners that failed it\ncame back {2}all/);
  });
});
