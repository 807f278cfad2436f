// Small pieces that every view uses.

import { html, nothing, type TemplateResult } from 'lit-html';

import { amount, exact, short } from '../format';

export type Content = TemplateResult | string | number | typeof nothing;

/** An amount in a fitting unit; every planck of it in its title. */
export const money = (planck: bigint) => html`<data value=${String(planck)} title=${exact(planck)}>${amount(planck)}</data>`;

export const minerLink = (miner: string) => html`<a class="name" href="#/miner/${miner}" title=${miner}>${short(miner)}</a>`;

export const modelLink = (model: string) => html`<a class="name" href="#/model/${model}" title=${model}>${short(model, 4)}</a>`;

export const taskLink = (task: number) => html`<a class="name" href="#/task/${task}">task ${task}</a>`;

/** A figure with its name over it and a word of explanation under it. */
export const stat = (label: string, value: Content, note: Content = nothing) => html`
  <div class="stat">
    <dt>${label}</dt>
    <dd><span class="figure">${value}</span>${note === nothing ? nothing : html`<span class="note">${note}</span>`}</dd>
  </div>
`;

/** Names and values of a thing, in two columns. */
export const facts = (pairs: readonly (readonly [string, Content])[]) => html`
  <dl class="facts">
    ${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>
`;

export const section = (id: string, title: string, content: Content, aside: Content = nothing) => html`
  <section class="panel" aria-labelledby=${id}>
    <header>
      <h2 id=${id}>${title}</h2>
      ${aside === nothing ? nothing : html`<p class="aside">${aside}</p>`}
    </header>
    ${content}
  </section>
`;

/** A table that scrolls by itself where the page is too narrow for it. */
export const table = (label: string, head: Content, rows: Content | TemplateResult[], cls = '') => html`
  <div class="scroll" role="region" aria-label="Table: ${label}" tabindex="0">
    <table class=${cls}>
      <thead><tr>${head}</tr></thead>
      <tbody>${rows}</tbody>
    </table>
  </div>
`;

export const empty = (sentence: Content) => html`<p class="empty">${sentence}</p>`;

export const fault = (sentence: string) => html`<p class="fault" role="alert">${sentence}</p>`;

export const pill = (word: string, tone: string) => html`<span class="pill ${tone}">${word}</span>`;

/** A bar whose length says a part of one; the text beside it says it, too. */
export const bar = (part: number) =>
  html`<span class="bar" aria-hidden="true"><span style="inline-size:${Math.max(0, Math.min(1, part)) * 100}%"></span></span>`;
