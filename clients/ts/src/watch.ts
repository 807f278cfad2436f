// Follows a task, or the race, block by block.

import type { Connection } from './connection.js';
import { Deadline, type Wait } from './deadline.js';
import { MillraceError } from './errors.js';
import { revive } from './revive.js';
import type { Race, Task } from './views.js';

/** Where a task stands, and whether no re-org can take it back. */
export type Watched = Task & { final: boolean };

const WATCHING = 30 * 60_000;

/**
 * A task whenever something changes. The last has `final`: it ended, in a block that no re-org takes back. Only that one
 * is told once more although nothing but `final` changed.
 */
export async function* watchTask(connection: Connection, task: number, wait: Wait): AsyncGenerator<Watched, void, undefined> {
  const remedy = 'The task goes on: watch it again, with a longer timeout.';
  const deadline = new Deadline(wait, WATCHING, `Watching task ${task}`, remedy);
  try {
    let told: string | undefined;
    for (;;) {
      const finalized = await connection.finalized(deadline);
      const answer = await connection.request<Task>('millrace_task', [task], deadline).catch((error: unknown) => {
        // A fork in which it isn't posted yet may be best for a while.
        if (told !== undefined && error instanceof MillraceError && error.code === 'NoTask') return undefined;
        throw error;
      });
      if (answer) {
        const view = revive<Task>(answer);
        const final = view.kind === 'ended' && view.fate.block <= finalized.number;
        const text = JSON.stringify([answer, final]);
        if (text !== told) yield { ...view, final };
        told = text;
        if (final) return;
      }
      await connection.nextBlock(deadline);
    }
  } finally {
    deadline.end();
  }
}

/** The race in each best block. */
export async function* watchRace(connection: Connection, wait: Wait): AsyncGenerator<Race, void, undefined> {
  const deadline = new Deadline(wait, Number.POSITIVE_INFINITY, 'Watching the race', 'Watch it again, with a longer timeout.');
  try {
    let told = -1;
    for (;;) {
      const race = revive<Race>(await connection.request('millrace_round', [], deadline));
      if (race.block !== told) yield race;
      told = race.block;
      await connection.nextBlock(deadline);
    }
  } finally {
    deadline.end();
  }
}
