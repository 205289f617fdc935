/** Light, dark, or as the system has it. `public/theme.js` sets it before the first paint. */

export type Theme = 'system' | 'light' | 'dark'

const KEPT_AS = 'tuckbox_theme'

class ThemeChoice {
  chosen: Theme = $state(read())

  choose(theme: Theme): void {
    this.chosen = theme
    if (theme === 'system') {
      localStorage.removeItem(KEPT_AS)
      delete document.documentElement.dataset.theme
    } else {
      localStorage.setItem(KEPT_AS, theme)
      document.documentElement.dataset.theme = theme
    }
  }
}

function read(): Theme {
  const kept = document.documentElement.dataset.theme
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

export const theme = new ThemeChoice()
