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

/** That of the system, as long as none is chosen. */
export const SYSTEM_DARK = matchMedia('(prefers-color-scheme: dark)');

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme ?? (SYSTEM_DARK.matches ? 'dark' : 'light');
}

export function toggleTheme(store: Store, actions: Actions): void {
  const dark = store.view.theme === undefined ? SYSTEM_DARK.matches : store.view.theme === 'dark';
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
