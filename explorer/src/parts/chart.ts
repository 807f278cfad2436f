// A small curve over blocks, drawn by uPlot in the page's colours.

import { html, nothing } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

import { count } from '../format';

export interface Curve {
  title: string;
  /** What it says now, in words; a screen reader has nothing else of it. */
  summary: string;
  blocks: number[];
  values: number[];
  show: (value: number) => string;
  bars?: boolean;
}

const HEIGHT = 130;
const drawn = new WeakMap<Element, { plot: uPlot; colours: string }>();

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options(curve: Curve, width: number): uPlot.Options {
  const [accent, quiet, line] = [colour('--accent'), colour('--quiet'), colour('--line')];
  const axis = { stroke: quiet, font: '11px system-ui', ticks: { show: false }, grid: { stroke: line, width: 1 } };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time: false },
      y: { range: (_plot, least, most) => [curve.bars ? 0 : least * 0.98, most > 0 ? most * 1.05 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 70,
        grid: { show: false },
        values: (_plot, splits) => splits.map((at) => (Number.isInteger(at) ? count(at) : '')),
      },
      { ...axis, size: 62, space: 34, values: (_plot, splits) => splits.map(curve.show) },
    ],
    series: [
      {},
      {
        stroke: accent,
        width: curve.bars ? 0 : 1.5,
        fill: curve.bars ? accent : undefined,
        points: { show: false },
        ...(curve.bars ? { paths: uPlot.paths.bars!({ size: [0.7, 8] }) } : {}),
      } as uPlot.Series,
    ],
  };
}

function draw(element: Element | undefined, curve: Curve): void {
  if (!(element instanceof HTMLElement) || element.clientWidth === 0) return;
  const data: uPlot.AlignedData = [curve.blocks, curve.values];
  const colours = `${colour('--accent')}${colour('--quiet')}${element.clientWidth}`;
  const known = drawn.get(element);
  if (known?.colours === colours) {
    known.plot.setData(data);
    return;
  }
  known?.plot.destroy();
  drawn.set(element, { plot: new uPlot(options(curve, element.clientWidth), data, element), colours });
}

export const chart = (curve: Curve) => html`
  <figure class="chart">
    <figcaption><strong>${curve.title}</strong> <span>${curve.summary}</span></figcaption>
    ${curve.blocks.length < 2 || curve.values.every((value) => value === 0) ? nothing : html`<div role="img" aria-label="${curve.title}: ${curve.summary}" ${ref((element) => draw(element, curve))}></div>`}
  </figure>
`;
