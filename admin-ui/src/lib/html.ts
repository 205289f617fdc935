/** HTML as plain text, for a line of a list. Nothing of it is ever parsed as a document, run or loaded. */

/** How much of a text is looked at: no line is longer. */
const MOST = 5_000

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** The text of some HTML, on one line. */
export function plainText(html: string): string {
  return html
    .slice(0, MOST)
    .replaceAll(/<(script|style)\b[^>]*>.*?(<\/\1\s*>|$)/gis, ' ')
    .replaceAll(/<[a-z/!][^>]*(>|$)/gi, ' ')
    .replaceAll(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, name: string) => character(name) ?? whole)
    .replaceAll(/\s+/g, ' ')
    .trim()
}

function character(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()]
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined
}
