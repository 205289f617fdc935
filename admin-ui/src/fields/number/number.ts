/** Numbers as people type them. */

/** The number of a text; nothing is zero, as the server stores it. `undefined` where it is none. */
export function readNumber(text: string): number | undefined {
  const plain = text.replaceAll(/[\s_'’]/g, '')
  if (plain === '') return 0
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined
  const number = Number(plain)
  return Number.isFinite(number) ? number : undefined
}
