// Draw a digit, have it executed, and see the answer that the chain verified.

import { html, nothing, type TemplateResult } from 'lit-html';
import { parseMill, type Quote } from 'millrace';

import { account } from '../account';
import { Storage } from '../chain/storage';
import { traceOf } from '../chain/trace';
import { DIGITS, seen } from '../digit';
import { count, exact } from '../format';
import { Loaded } from '../loaded';
import { type Answered, answer, digitOf } from '../parts/answer';
import { facts, fault, minerLink, modelLink, money, section, taskLink } from '../parts/bits';
import { Pad, preview } from '../parts/pad';
import { who } from '../parts/who';
import { type App, type MakeView, sentence } from '../view';
import { noTaker, standing } from '../words';

/** Blocks until the deadline. */
const BLOCKS = 100;
/** What the form offers at most, MILL; what isn't used comes back. */
const CEILING = '0.01';

function price(quote: Quote): TemplateResult {
  const { taker } = quote;
  return html`
    ${
      taker.kind === 'slot'
        ? html`<p class="say">${minerLink(taker.miner)} would take it for ${money(taker.price)} and be done by block ${count(taker.due)}.</p>`
        : html`<p class="say">No slot would take it now, so it would wait. ${noTaker(taker.why)}</p>`
    }
    ${facts([
      ['Price', taker.kind === 'slot' ? money(taker.price) : '–'],
      ['Verification', money(quote.verificationFee)],
      ['Keeping output and record', html`${money(quote.retentionFee)}; of it ${money(quote.refundFee)} if it is refunded`],
      ['Posting', money(quote.postingFee)],
      ['Deposit, comes back', money(quote.deposit)],
      ['Ceiling, at least', money(quote.leastCeiling)],
      ['Rent of a block', html`${money(quote.rentPerBlock)} while it waits`],
    ])}
  `;
}

/** One posting, from the signature to the answer. */
class Posting {
  said = '';
  fault: string | undefined;
  busy = false;
  task: number | undefined;
  answered: Answered | undefined;
  readonly #off = new AbortController();

  constructor(private readonly app: App) {}

  stop(): void {
    this.#off.abort();
  }

  #say(text: string): void {
    this.said = text;
    this.app.redraw();
  }

  async run(input: Uint8Array, ceiling: string): Promise<void> {
    [this.busy, this.fault, this.answered, this.task] = [true, undefined, undefined, undefined];
    this.#say('Waiting for the signature…');
    try {
      await this.#post(input, parseMill(ceiling));
    } catch (error) {
      [this.fault, this.said] = [sentence(error), ''];
    }
    this.busy = false;
    this.app.redraw();
  }

  async #post(input: Uint8Array, maxPrice: bigint): Promise<void> {
    const { millrace } = this.app.live;
    if (!millrace) throw new Error('The page has no connection to a node yet: wait until it says “live”.');
    const { signal } = this.#off;
    const words = {
      signed: 'Signed.',
      sent: 'Sent; waiting for a block…',
      included: 'In a block; waiting until it is final…',
    };
    // Until then a re-org may give its number to somebody else's task.
    const posted = await millrace.post({ model: DIGITS, input, maxPrice, blocks: BLOCKS }, account(), {
      until: 'finalized',
      signal,
      onProgress: ({ kind }) => this.#say(words[kind]),
    });
    this.task = posted.task;
    this.#say(`Task ${posted.task} is posted.`);
    for await (const view of millrace.watch(posted.task, { signal })) {
      if (view.kind === 'open') {
        this.#say(`Task ${posted.task}: ${standing(view.standing)}`);
        continue;
      }
      const { model, samples, block } = view.fate;
      // The answer counts without it.
      const trace = await traceOf(new Storage(millrace), view.task, model, samples, block).catch(() => undefined);
      this.answered = { task: view, trace };
      const digit = digitOf(view);
      this.#say(
        digit === undefined ? `Task ${view.task} ended without an answer.` : `The chain verified it: this is a ${digit}.`,
      );
    }
  }
}

export const draw: MakeView = (app) => {
  const quote = new Loaded<Quote>(app, (millrace) => millrace.quote(DIGITS, 1));
  const posting = new Posting(app);
  const pad = new Pad(() => app.redraw());
  const post = (event: SubmitEvent) => {
    event.preventDefault();
    const input = seen(pad.drawing);
    if (!input) {
      posting.fault = 'Nothing is drawn yet: draw a digit first.';
      app.redraw();
      return;
    }
    posting.run(input, String(new FormData(event.target as HTMLFormElement).get('ceiling')));
  };
  const form = () => html`
    <form @submit=${post}>
      ${who(app, () => undefined)}
      <div class="field">
        <label for="ceiling">At most, MILL</label>
        <input id="ceiling" name="ceiling" inputmode="decimal" value=${CEILING} title=${exact(parseMill(CEILING))} />
        <button type="submit" class="primary" ?disabled=${posting.busy}>Post this digit</button>
      </div>
    </form>
    <p class="say" role="status">${posting.said}${posting.task !== undefined && !posting.answered ? html` ${taskLink(posting.task)}` : nothing}</p>
    ${posting.fault ? fault(posting.fault) : nothing}
  `;
  return {
    title: 'Draw a digit',
    stop: () => {
      quote.stop();
      posting.stop();
    },
    render: () => html`
      <h1>Draw a digit</h1>
      <p class="lead">A miner executes ${modelLink(DIGITS)} on your drawing, and the chain verifies what it says before it pays.</p>
      <div class="halves">
        ${section(
          'drawing',
          'Your digit',
          html`
            <div class="drawing">
              <div>${pad.render()}</div>
              <div><p class="label">What the model sees</p>${preview(seen(pad.drawing))}<button type="button" @click=${() => pad.clear()}>Clear</button></div>
            </div>
            ${form()}
          `,
        )}
        <div>
          ${posting.answered ? section('answer', 'The verified answer', answer(posting.answered)) : nothing}
          ${section('quote', 'What it costs now', quote.show('the price', price))}
        </div>
      </div>
    `,
  };
};
