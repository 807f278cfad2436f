// Where a digit is drawn: with a pointer, or with the arrow keys and the space bar.

import { html } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';

import { blank, type Drawing, SEEN, SIDE, stroke } from '../digit';

/** How far an arrow key moves the pen, in pixels of the drawing. */
const STEP = 1;
const LEVELS = 112;

export class Pad {
  drawing: Drawing = blank();
  #pen = { x: SIDE / 2, y: SIDE / 2 };
  /** Whether the pen draws while it moves by keys. */
  #down = false;
  #canvas: HTMLCanvasElement | undefined;

  /** `changed` is called when there is another drawing. */
  constructor(private readonly changed: () => void) {}

  clear(): void {
    this.drawing = blank();
    this.#pen = { x: SIDE / 2, y: SIDE / 2 };
    this.#down = false;
    this.changed();
  }

  #place(event: PointerEvent): { x: number; y: number } {
    const { left, top, width, height } = this.#canvas!.getBoundingClientRect();
    return { x: ((event.clientX - left) / width) * SIDE, y: ((event.clientY - top) / height) * SIDE };
  }

  #line(x: number, y: number): void {
    stroke(this.drawing, this.#pen.x, this.#pen.y, x, y);
    this.#pen = { x, y };
    this.changed();
  }

  readonly #start = (event: PointerEvent) => {
    this.#canvas!.setPointerCapture(event.pointerId);
    this.#pen = this.#place(event);
    this.#line(this.#pen.x, this.#pen.y);
  };

  readonly #move = (event: PointerEvent) => {
    if (!this.#canvas!.hasPointerCapture(event.pointerId)) return;
    // A fast pointer tells of several places at once.
    const between = event.getCoalescedEvents?.() ?? [];
    for (const each of between.length > 0 ? between : [event]) {
      const { x, y } = this.#place(each);
      this.#line(x, y);
    }
  };

  readonly #key = (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const move = moves[event.key];
    if (!move && event.key !== ' ' && event.key !== 'Delete') return;
    event.preventDefault();
    if (event.key === 'Delete') {
      this.clear();
      return;
    }
    if (event.key === ' ') this.#down = !this.#down;
    const within = (value: number) => Math.max(1, Math.min(SIDE - 1, value));
    const [x, y] = [within(this.#pen.x + (move?.[0] ?? 0)), within(this.#pen.y + (move?.[1] ?? 0))];
    if (this.#down) this.#line(x, y);
    else {
      this.#pen = { x, y };
      this.changed();
    }
  };

  readonly #paint = (element: Element | undefined) => {
    if (!(element instanceof HTMLCanvasElement)) return;
    this.#canvas = element;
    const context = element.getContext('2d')!;
    const styles = getComputedStyle(element);
    const ink = styles.getPropertyValue('--ink');
    context.clearRect(0, 0, SIDE, SIDE);
    context.fillStyle = ink;
    this.drawing.forEach((level, at) => {
      context.globalAlpha = level;
      context.fillRect(at % SIDE, Math.floor(at / SIDE), 1, 1);
    });
    context.globalAlpha = 1;
    if (document.activeElement === element) {
      context.fillStyle = styles.getPropertyValue('--accent');
      context.fillRect(Math.floor(this.#pen.x), Math.floor(this.#pen.y), 1, 1);
    }
  };

  render() {
    return html`
      <canvas
        class="pad"
        width=${SIDE}
        height=${SIDE}
        tabindex="0"
        role="application"
        aria-label="Drawing of a digit"
        aria-describedby="pad-help"
        @pointerdown=${this.#start}
        @pointermove=${this.#move}
        @keydown=${this.#key}
        @focus=${this.changed}
        @blur=${this.changed}
        ${ref((element) => this.#paint(element))}
      ></canvas>
      <p class="note" id="pad-help">
        Draw with a pointer. Or with keys: arrows move the pen, <kbd>space</kbd> sets it down and lifts it (it's ${this.#down ? 'down' : 'lifted'} now), <kbd>delete</kbd> clears.
      </p>
    `;
  }
}

/** What the model sees, as grey squares. */
export const preview = (levels: Uint8Array | undefined) => html`
  <div class="seen" role="img" aria-label=${levels ? 'The drawing in 8 by 8 grey levels, as the model sees it' : 'Nothing is drawn yet'}>
    ${Array.from({ length: SEEN * SEEN }, (_, at) => html`<i style="opacity:${(levels?.[at] ?? 0) / LEVELS}"></i>`)}
  </div>
`;
