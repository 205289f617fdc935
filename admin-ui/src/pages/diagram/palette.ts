/** The colours of the drawing: the theme's on the page, and as they are now in a file. */

const COLOURS = {
  bg: '--bg', head: '--bg-3', line: '--line', border: '--line-control', text: '--text', second: '--text-2', quiet: '--text-3',
  accent: '--accent', soft: '--accent-soft', warn: '--warn',
} as const

export type Palette = Record<keyof typeof COLOURS, string>

const each = (tell: (property: string) => string): Palette =>
  Object.fromEntries(Object.entries(COLOURS).map(([name, property]) => [name, tell(property)])) as Palette

export const THEME: Palette = each((property) => `var(${property})`)

/** What a file has, which knows nothing of the page. */
export function colours(): Palette {
  const probe = document.body.appendChild(document.createElement('i'))
  const found = each((property) => {
    probe.style.color = `var(${property})`
    return getComputedStyle(probe).color
  })
  probe.remove()
  return found
}
