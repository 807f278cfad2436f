// The choice of who signs.

import { html, nothing } from 'lit-html';

import { account, accounts, borrow, choose, extensions, nameOf } from '../account';
import { short } from '../format';
import { type App, sentence } from '../view';
import { fault } from './bits';

/** Why an extension lent nothing, after it was asked. */
let refusal: string | undefined;

export function who(app: App, changed: () => void) {
  const pick = (event: Event) => {
    choose((event.target as HTMLSelectElement).value);
    changed();
    app.redraw();
  };
  const ask = async (extension: string) => {
    refusal = undefined;
    await borrow(extension).then(changed, (error) => {
      refusal = sentence(error);
    });
    app.redraw();
  };
  const chosen = nameOf(account());
  return html`
    <div class="field">
      <label for="account">Account</label>
      <select id="account" @change=${pick}>
        ${accounts().map((each) => html`<option value=${nameOf(each)} ?selected=${nameOf(each) === chosen}>${nameOf(each)} · ${short(each.address)}</option>`)}
      </select>
      ${extensions().map((name) => html`<button type="button" @click=${() => ask(name)}>Ask ${name} for its accounts</button>`)}
    </div>
    ${chosen.startsWith('//') ? html`<p class="note">A development account: everybody knows its key, so use it on development chains only.</p>` : nothing}
    ${refusal ? fault(refusal) : nothing}
  `;
}
