// How a drawing becomes the 64 grey levels of the digits model: as the scans that it learned from were made.

/** The name of the model of `models/digits/`, which development chains have from their first block. */
export const DIGITS = '0x0b1c35f611a621ceeb734b9faca553b1a51963103fff7c7868d65abb774501ae';

/** Pixels of a side of the drawing. */
export const SIDE = 28;
/** Pixels of a side of what the model sees. */
export const SEEN = 8;
/** The scans were fitted into so many pixels, and their blocks of 4 × 4 counted. */
const FITTED = 32;
const BLOCK = FITTED / SEEN;
/** The model takes a grey level from 0 to 16 times this. */
const LEVEL = 7;
/** A pixel darker than this is ink. */
const INK = 0.35;
/** A wide drawing is fitted into this part of the width. */
const WIDEST = 0.9;

/** Ink of each pixel, from 0 to 1, row by row. */
export type Drawing = Float32Array;

export const blank = (): Drawing => new Float32Array(SIDE * SIDE);

/** Half the width of a stroke, in pixels: as thick as those of the scans once it is fitted. */
const BRUSH = 1.9;

/** Draws a line with a soft round brush; places are in pixels. */
export function stroke(drawing: Drawing, x0: number, y0: number, x1: number, y1: number): void {
  for (let at = 0; at < drawing.length; at += 1) {
    const [x, y] = [(at % SIDE) + 0.5, Math.floor(at / SIDE) + 0.5];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length));
    const away = Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
    drawing[at] = Math.max(drawing[at]!, Math.max(0, Math.min(1, BRUSH + 0.5 - away)));
  }
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where the ink is; undefined if there is none. */
function box(drawing: Drawing): Box | undefined {
  let [left, top, right, bottom] = [SIDE, SIDE, -1, -1];
  drawing.forEach((ink, at) => {
    if (ink < INK) return;
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  });
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The ink at a place between pixels. */
function inkAt(drawing: Drawing, x: number, y: number): number {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [part, down] = [x - 0.5 - left, y - 0.5 - top];
  const pixel = (px: number, py: number) => (px < 0 || py < 0 || px >= SIDE || py >= SIDE ? 0 : drawing[py * SIDE + px]!);
  const row = (py: number) => pixel(left, py) * (1 - part) + pixel(left + 1, py) * part;
  return row(top) * (1 - down) + row(top + 1) * down;
}

/** What the model sees: 8 × 8 bytes; undefined of a blank drawing. */
export function seen(drawing: Drawing): Uint8Array | undefined {
  const ink = box(drawing);
  if (!ink) return undefined;
  const scale = Math.min(FITTED / ink.height, (FITTED * WIDEST) / ink.width);
  const [middleX, middleY] = [ink.left + ink.width / 2, ink.top + ink.height / 2];
  const levels = new Uint8Array(SEEN * SEEN);
  for (let y = 0; y < FITTED; y += 1) {
    for (let x = 0; x < FITTED; x += 1) {
      const from = inkAt(drawing, middleX + (x + 0.5 - FITTED / 2) / scale, middleY + (y + 0.5 - FITTED / 2) / scale);
      if (from >= INK) levels[Math.floor(y / BLOCK) * SEEN + Math.floor(x / BLOCK)]! += 1;
    }
  }
  return levels.map((level) => level * LEVEL);
}
