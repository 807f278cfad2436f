// What this browser remembers: the node's address, the account and the colours. The address in the page's own comes first.

const DEFAULT_NODE = 'ws://127.0.0.1:9944';

export type Theme = 'auto' | 'light' | 'dark';

const read = (key: string): string | null => {
  try {
    return localStorage.getItem(`millrace.${key}`);
  } catch {
    // A page that is opened as a file may have no storage.
    return null;
  }
};

const write = (key: string, value: string): void => {
  try {
    localStorage.setItem(`millrace.${key}`, value);
  } catch {
    // It holds for this visit.
  }
};

const asked = (): string | null => new URLSearchParams(location.search).get('node');

export const settings = {
  node: asked() || read('node') || DEFAULT_NODE,
  theme: (read('theme') ?? 'auto') as Theme,
  /** The name of a development account, or an extension's account as `extension:address`. */
  account: read('account') ?? '//Bob',
};

export function setNode(asked: string): void {
  const node = asked || DEFAULT_NODE;
  settings.node = node;
  write('node', node);
  const here = new URL(location.href);
  if (here.searchParams.has('node')) {
    here.searchParams.set('node', node);
    history.replaceState(null, '', here);
  }
}

export function setTheme(theme: Theme): void {
  settings.theme = theme;
  write('theme', theme);
  applyTheme();
}

export function setAccount(account: string): void {
  settings.account = account;
  write('account', account);
}

export function applyTheme(): void {
  if (settings.theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = settings.theme;
}
