// How a person draws each digit: lines over a field of 28 × 28.

type Point = [x: number, y: number];

/** Points of a part of an ellipse; angles in degrees, clockwise from the right. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  const steps = 14;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/** The strokes of each digit. */
export const STROKES: Point[][][] = [
  [arc(14, 14, 6, 9, -90, 270)],
  [
    [
      [11, 8],
      [15, 5],
      [15, 23],
    ],
  ],
  [[...arc(14, 10, 5.5, 5, -170, 30), [9, 23], [20, 23]]],
  [[...arc(13, 9.5, 5, 4.5, -150, 80)], [...arc(13, 18.5, 5.5, 5, -80, 150)]],
  [
    [
      [15, 5],
      [7, 17],
      [21, 17],
    ],
    [
      [16, 12],
      [16, 24],
    ],
  ],
  [[[19, 5], [10, 5], [9.5, 13], ...arc(13.5, 17.5, 5.5, 5.5, -110, 140)]],
  [[[17, 5], [11, 11], [9, 17], ...arc(14, 18.5, 5, 5, -180, 180)]],
  [
    [
      [8, 5],
      [20, 5],
      [13, 23],
    ],
    [
      [10, 14],
      [19, 14],
    ],
  ],
  [arc(14, 9.5, 4.5, 4.5, 90, 450), arc(14, 18.5, 5, 4.7, -90, 270)],
  [
    arc(14, 10, 5, 5, 0, 360),
    [
      [19, 10],
      [18, 17],
      [13, 23],
    ],
  ],
];
