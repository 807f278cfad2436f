// What a block has room for: how many calls of a length, and in which words that is said.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { callsIn, tooHeavy, tooLong } from '../src/room.js';

const ROOM = 3_932_160;
const POST = 524_288 + 60;

describe('the room of a block', () => {
  it('says how many calls of a batch it has room for', () => {
    assert.equal(tooLong(7 * POST, 7, ROOM), undefined);
    const failure = tooLong(8 * POST, 8, ROOM);
    assert.equal(failure?.code, 'TooLarge');
    assert.equal(failure?.sentence, `The transaction takes ${8 * POST + 160} bytes, and a block has room for ${ROOM}`);
    assert.equal(failure?.remedy, `A block takes 7 of such calls of ${POST} bytes: send no more at once.`);
  });

  it('ends where the room does', () => {
    assert.equal(tooLong(ROOM - 160, 1, ROOM), undefined);
    assert.equal(tooLong(ROOM - 159, 1, ROOM)?.remedy, 'Make the call shorter.');
  });

  it('halves what takes too much time', () => {
    const cause = new Error('would exhaust the block limits');
    assert.match(tooHeavy(9, cause).message, /its 9 calls take more time than a block has\. Send 4 of them at once, or fewer\./);
    assert.match(tooHeavy(1, cause).message, /its call takes more time than a block has\. Ask for less in one call\./);
  });

  it('counts the calls of a batch and no others', () => {
    const batch = (calls: unknown) => ({ type: 'Utility', value: { type: 'batch_all', value: { calls } } });
    assert.equal(callsIn(batch([1, 2, 3])), 3);
    assert.equal(callsIn(batch([])), 1);
    assert.equal(callsIn({ type: 'Tasks', value: { type: 'post', value: { calls: [1, 2] } } }), 1);
    assert.equal(callsIn({ type: 'System', value: { type: 'nothing' } }), 1);
    assert.equal(callsIn(undefined), 1);
  });
});
