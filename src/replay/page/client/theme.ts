import type { Actions } from './actions.ts';
import type { Store, Theme } from './store.ts';

const KEY = 'claude-hooks-replay-theme';

/** As it was chosen last time. */
export function rememberedTheme(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    // A browser may keep nothing for a page that is a file.
    return undefined;
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === undefined) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function toggleTheme(store: Store, actions: Actions): void {
  const dark = store.view.theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : store.view.theme === 'dark';
  const theme = dark ? 'light' : 'dark';
  // Before whatever is drawn with the new colours.
  applyTheme(theme);
  actions.setTheme(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then it holds for now.
  }
}
