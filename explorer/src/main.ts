// The page: its frame, its addresses, and the view that an address names.

import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/parts.css';
import './styles/views.css';

import { html, nothing, render } from 'lit-html';

import { Live } from './chain/live';
import { span } from './format';
import { fault } from './parts/bits';
import { applyTheme, setNode, settings } from './settings';
import { type App, type MakeView, sentence, type View } from './view';
import { draw } from './views/draw';
import { mine } from './views/mine';
import { miner } from './views/miner';
import { model } from './views/model';
import { models } from './views/models';
import { race } from './views/race';
import { makeSettings } from './views/settings';
import { task } from './views/task';

const NAVIGATION = [
  ['', 'Race'],
  ['models', 'Models'],
  ['draw', 'Draw a digit'],
  ['mine', 'My tasks'],
  ['settings', 'Settings'],
] as const;

const root = document.getElementById('app')!;
let live = new Live(settings.node);
let view: View | undefined;
let planned = false;

const app: App = {
  get live() {
    return live;
  },
  redraw() {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      paint();
    });
  },
};

/** Another node: all that came from the last one goes. */
function useNode(url: string): void {
  live.stop();
  setNode(url);
  live = new Live(settings.node);
  live.onChange(app.redraw);
  open();
}

const VIEWS: Record<string, MakeView> = { '': race, models, model, task, miner, draw, mine, settings: makeSettings(useNode) };

const place = (): [name: string, rest: string] => {
  const [name = '', ...parts] = location.hash.replace(/^#\/?/, '').split('/');
  const rest = parts.join('/');
  try {
    return [name, decodeURIComponent(rest)];
  } catch {
    // A percent sign that encodes nothing: the view says that it knows no such thing.
    return [name, rest];
  }
};

const unknown: MakeView = () => ({
  title: 'Not found',
  render: () => html`<h1>Not found</h1><p>There is no page at this address. <a href="#/">Go to the race</a>.</p>`,
});

function open(): void {
  view?.stop?.();
  const [name, rest] = place();
  view = (VIEWS[name] ?? unknown)(app, rest);
  document.title = `${view.title} · Millrace`;
  paint();
}

/** What there is to say of the connection. */
function connection(): { word: string; tone: string; say: string } {
  const { status, race: now, fault: why, millrace, url } = live;
  if (why) return { word: 'no figures', tone: 'bad', say: sentence(new Error(why)) };
  if (status === 'lost') {
    return {
      word: millrace ? 'connection lost' : 'no node',
      tone: 'bad',
      say: millrace
        ? `The connection to ${url} is lost, so these figures stand still. The page tries again by itself.`
        : `No node answers at ${url}. Start one with “make dev”, or set another address in the settings. The page tries again by itself.`,
    };
  }
  if (!now) return { word: 'connecting', tone: 'wait', say: '' };
  if (live.silence !== undefined) {
    const say = `No block has come for ${span(live.silence)}, so these figures stand still. Look whether the chain makes blocks, or set another node in the settings.`;
    return { word: 'no new block', tone: 'wait', say };
  }
  return { word: 'live', tone: 'good', say: '' };
}

function content() {
  try {
    return view?.render() ?? nothing;
  } catch (error) {
    return fault(`This view can't be shown: ${sentence(error)}`);
  }
}

function frame() {
  const [name] = place();
  const { word, tone, say } = connection();
  const { about } = live;
  return html`
    <a class="skip" href="#main" @click=${skip}>Skip to the content</a>
    <header class="top">
      <a class="brand" href="#/">
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 8q5-4.500 10 0t10 0M2 13q5-4.500 10 0t10 0M2 18q5-4.500 10 0t10 0" /></svg>
        Millrace
      </a>
      <nav aria-label="Views">
        ${NAVIGATION.map(([to, text]) => html`<a href="#/${to}" aria-current=${to === name ? 'page' : nothing}>${text}</a>`)}
      </nav>
      <p class="link ${tone}" role="status"><span class="dot" aria-hidden="true"></span><span class="hidden">Connection: </span>${word}</p>
    </header>
    <div class="banner" role="alert">${say ? html`<p>${say}</p>` : nothing}</div>
    <main id="main" tabindex="-1">${content()}</main>
    <footer>
      <p>${about ? html`${about.chain}, ${about.node} ${about.version}, at <code>${live.url}</code>` : html`Node: <code>${live.url}</code>`}</p>
    </footer>
  `;
}

/** The address's hash names a view, so a link within the page must move by itself. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

const paint = () => render(frame(), root);

root.replaceChildren();
applyTheme();
live.onChange(app.redraw);
window.addEventListener('hashchange', () => {
  open();
  // A screen reader goes on from where the new view begins.
  document.getElementById('main')?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', app.redraw);
window.addEventListener('resize', app.redraw);
open();
