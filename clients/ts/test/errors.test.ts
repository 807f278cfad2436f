// A node's errors in the package's words.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { fromRpc } from '../src/errors.js';

describe("a node's error", () => {
  it('has a remedy, whatever its code', () => {
    for (const code of [-32000, -32601, -32602, 1010, 7000, 7001, 7002, 7003, 7004]) {
      const { sentence, remedy } = fromRpc({ code, message: 'It broke' });
      assert.equal(sentence, 'It broke');
      assert.match(remedy, /^[A-Z].*\.$/, String(code));
    }
  });

  it('is one line, without the trace of what failed', () => {
    const message = 'Client error: Execution failed: wasm trap\nWASM backtrace:\nerror while executing at wasm\n    0: 0x1a2b';
    assert.equal(fromRpc({ code: -32000, message }).sentence, 'Client error: Execution failed: wasm trap');
    assert.equal(fromRpc({ code: -32000, message: '' }).sentence, 'The node answers with error -32000');
  });
});
