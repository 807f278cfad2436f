// How long something may take: milliseconds, and a signal that calls it off.

import { MillraceError } from './errors.js';

/** What each wait takes. */
export interface Wait {
  /** Milliseconds; `Infinity` for as long as it takes. */
  timeout?: number | undefined;
  /** Calls the wait off. */
  signal?: AbortSignal | undefined;
}

/** The longest that a timer can be set for. */
const LONGEST = 2 ** 31 - 1;

export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  /** `what` ends the sentence "… took longer than", `remedy` says what to do then. */
  constructor(wait: Wait, fallback: number, what: string, remedy: string) {
    const timeout = wait.timeout ?? fallback;
    if (!(timeout >= 0)) throw new MillraceError('BadArguments', `The timeout is ${timeout}`, 'Give milliseconds.');
    const late = () =>
      this.#controller.abort(new MillraceError('Timeout', `${what} took longer than ${timeout / 1000} s`, remedy));
    if (timeout <= LONGEST) this.#timer = setTimeout(late, timeout);
    this.#outer = wait.signal;
    if (this.#outer?.aborted) this.#off();
    else this.#outer?.addEventListener('abort', this.#off);
  }

  readonly #off = () => {
    const reason: unknown = this.#outer?.reason;
    this.#controller.abort(new MillraceError('Aborted', 'The wait was called off', 'Start again if you need it.', reason));
  };

  /** Throws once the time is over. */
  check(): void {
    this.#controller.signal.throwIfAborted();
  }

  /** What a promise brings, unless the time is over before. */
  async race<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    if (signal.aborted) promise.catch(() => undefined);
    this.check();
    let stop: () => void = () => undefined;
    const over = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop);
    });
    try {
      return await Promise.race([promise, over]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async sleep(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await this.race(
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, milliseconds);
        }),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets go of timer and signal. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#off);
  }
}

/** Does something within a time. */
export async function within<T>(
  wait: Wait,
  fallback: number,
  what: string,
  remedy: string,
  job: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(wait, fallback, what, remedy);
  try {
    deadline.check();
    return await job(deadline);
  } finally {
    deadline.end();
  }
}
