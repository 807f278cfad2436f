// Settings: the node's address, the colours, and who signs.

import { html } from 'lit-html';

import { section } from '../parts/bits';
import { who } from '../parts/who';
import { setTheme, settings, type Theme } from '../settings';
import type { MakeView } from '../view';

const THEMES: readonly (readonly [Theme, string])[] = [
  ['auto', 'As the system has them'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

/** `useNode` leaves the present node for another. */
export const makeSettings =
  (useNode: (url: string) => void): MakeView =>
  (app) => {
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      useNode(String(new FormData(event.target as HTMLFormElement).get('node')).trim());
    };
    const colours = (theme: Theme) => {
      setTheme(theme);
      app.redraw();
    };
    return {
      title: 'Settings',
      render: () => html`
        <h1>Settings</h1>
        <p class="lead">This browser remembers them.</p>
        ${section(
          'node',
          'Node',
          html`
            <form @submit=${submit}>
              <div class="field">
                <label for="node-address">Address of the node's websocket</label>
                <input id="node-address" name="node" value=${settings.node} spellcheck="false" autocapitalize="off" autocomplete="url" />
                <button type="submit" class="primary">Use this node</button>
              </div>
              <p class="note">A link can name it, too: <code>?node=${settings.node}</code></p>
            </form>
          `,
        )}
        ${section(
          'colours',
          'Colours',
          html`
            <fieldset class="choices">
              <legend class="hidden">Colours</legend>
              ${THEMES.map(
                ([theme, name]) => html`
                  <label><input type="radio" name="theme" value=${theme} ?checked=${settings.theme === theme} @change=${() => colours(theme)} /> ${name}</label>
                `,
              )}
            </fieldset>
          `,
        )}
        ${section(
          'signer',
          'Who signs',
          who(app, () => undefined),
        )}
      `,
    };
  };
