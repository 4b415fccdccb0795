// Light, dark, or as the system says. The choice is applied before the first paint by public/theme.js.
import {signal} from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const kKey = 'porthole-theme';
const chosen = document.documentElement.dataset.theme;
export const theme = signal<Theme>(chosen === 'light' || chosen === 'dark' ? chosen : 'system');

// What the system says; a chart's colours are pixels and must be drawn anew when it changes its mind.
const wish = matchMedia('(prefers-color-scheme: dark)');
export const systemDark = signal(wish.matches);
wish.addEventListener('change', () => {
  systemDark.value = wish.matches;
});

export function setTheme(wanted: Theme) {
  theme.value = wanted;
  if (wanted === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
  try {
    if (wanted === 'system') localStorage.removeItem(kKey);
    else localStorage.setItem(kKey, wanted);
  } catch {
    // A browser that keeps nothing: the choice holds until the page is left.
  }
}

export const cycleTheme = () => setTheme({system: 'light', light: 'dark', dark: 'system'}[theme.value] as Theme);
