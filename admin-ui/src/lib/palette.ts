/** Finding one of many by a few letters. */

/** How well words fit a text: higher is better; `undefined` where they do not. Every word must be in it, as it is or with
 * letters left out. */
export function fit(text: string, words: string): number | undefined {
  const [low, parts] = [text.toLowerCase(), words.toLowerCase().split(/\s+/).filter((word) => word !== '')]
  let score = 0
  for (const part of parts) {
    const at = low.indexOf(part)
    if (at === 0) score += 4
    else if (at > 0) score += /\W/.test(low.charAt(at - 1)) ? 3 : 2
    else if (isScattered(low, part)) score += 1
    else return undefined
  }
  // Of two that fit alike the shorter one is meant.
  return score - text.length / 1000
}

function isScattered(text: string, part: string): boolean {
  let at = -1
  for (const letter of part) {
    at = text.indexOf(letter, at + 1)
    if (at < 0) return false
  }
  return true
}

/** Those that fit, the best first. */
export function ranked<T extends { label: string }>(items: readonly T[], words: string): T[] {
  return items
    .map((item) => ({ item, score: fit(item.label, words) }))
    .filter((one): one is { item: T; score: number } => one.score !== undefined)
    .sort((one, other) => other.score - one.score)
    .map(({ item }) => item)
}
