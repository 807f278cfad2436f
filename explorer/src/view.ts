// What a view is, and what it's given.

import type { TemplateResult } from 'lit-html';

import type { Live } from './chain/live';

export interface View {
  title: string;
  render: () => TemplateResult;
  /** Ends what it began. */
  stop?: () => void;
}

export interface App {
  live: Live;
  redraw: () => void;
}

/** Makes a view from what follows its name in the address. */
export type MakeView = (app: App, rest: string) => View;

export const sentence = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?”]$/.test(text) ? text : `${text}.`;
};
