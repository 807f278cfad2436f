// Something that a view reads from the node, and reads again with each block.

import { html, nothing, type TemplateResult } from 'lit-html';
import type { Millrace } from 'millrace';

import { empty, fault } from './parts/bits';
import { type App, sentence } from './view';

export class Loaded<T> {
  value: T | undefined;
  error: string | undefined;
  #block = -1;
  #busy = false;
  #done = false;
  readonly #stop: () => void;

  /** Reads until what is read says that nothing changes any more. */
  constructor(
    private readonly app: App,
    private readonly read: (millrace: Millrace) => Promise<T>,
    private readonly isLast: (value: T) => boolean = () => false,
  ) {
    this.#stop = app.live.onChange(() => this.#look());
    this.#look();
  }

  stop(): void {
    this.#done = true;
    this.#stop();
  }

  /** Reads now, whatever block it is. */
  again(): void {
    this.#block = -1;
    this.#done = false;
    this.#look();
  }

  /** What to show: the value, why there is none, or that it's being read. */
  show(what: string, content: (value: T) => TemplateResult): TemplateResult {
    const why = this.error === undefined ? nothing : fault(this.error);
    // What was read last stays, but it no longer moves.
    if (this.value !== undefined) return html`${why}${content(this.value)}`;
    if (this.error !== undefined) return html`${why}`;
    return html`${empty(`Reading ${what}…`)}`;
  }

  async #look(): Promise<void> {
    const { millrace, race, status } = this.app.live;
    const block = race?.block ?? 0;
    if (!millrace || status === 'lost' || this.#busy || this.#done || block === this.#block) return;
    this.#busy = true;
    try {
      this.value = await this.read(millrace);
      this.error = undefined;
      if (this.isLast(this.value)) this.#done = true;
    } catch (error) {
      this.error = sentence(error);
    }
    this.#block = block;
    this.#busy = false;
    this.app.redraw();
    // A block may have come meanwhile.
    if ((this.app.live.race?.block ?? 0) !== block) this.#look();
  }
}
