/** Options between what is typed and what the API takes. */

/** A limit that is a whole number; nothing is zero, the server's default. Text that is none is kept, so that the
 * server says what is wrong. */
export function whole(text: string): number {
  const number = Number(text.replaceAll(/[\s_]/g, ''))
  return Number.isFinite(number) ? number : Number.NaN
}

/** Zero, which means the server's default, is shown as nothing. */
export function wholeText(value: number | null | undefined): string {
  return value === 0 || value === null || value === undefined || Number.isNaN(value) ? '' : String(value)
}

/** A limit that may be absent. */
export function optional(text: string): number | null {
  return text.trim() === '' ? null : whole(text)
}

/** Texts with a comma or a line end between. */
export function listed(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

const UNITS: Record<string, number> = { '': 1, b: 1, k: 1024, kb: 1024, kib: 1024, m: 1024 ** 2, mb: 1024 ** 2, mib: 1024 ** 2, g: 1024 ** 3, gb: 1024 ** 3, gib: 1024 ** 3 }

/** A size as people write it: `5 MiB`, `200k`, `1024`. Nothing is zero. */
export function bytes(text: string): number {
  const found = /^\s*(\d+(?:\.\d+)?)?\s*([a-z]*)\s*$/i.exec(text)
  const unit = UNITS[found?.[2]?.toLowerCase() ?? '?']
  if (!found || unit === undefined || (found[1] === undefined && found[2] !== '')) return Number.NaN
  return Math.round(Number(found[1] ?? 0) * unit)
}
