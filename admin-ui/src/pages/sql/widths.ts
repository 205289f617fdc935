/** How wide the columns of a result are, and which of them hold numbers. */

/** Rows that are looked at. */
const SAMPLE = 100
const LETTER = 7.4
const [NARROWEST, WIDEST, EDGES] = [64, 360, 28]
const NUMBER = /^-?(\d+(\.\d+)?(e[+-]?\d+)?|Inf)$/i

export interface ColumnLook {
  width: number
  isNumber: boolean
}

export function looksOf(columns: readonly { name: string; type: string }[], rows: readonly (readonly (string | null)[])[]): ColumnLook[] {
  const sample = rows.slice(0, SAMPLE)
  return columns.map(({ name, type }, at) => {
    const cells = sample.flatMap((row) => row[at] ?? [])
    const head = name.length + (type === '' ? 0 : type.length + 2)
    const letters = Math.max(head, ...cells.map((cell) => cell.length))
    return {
      width: Math.round(Math.min(WIDEST, Math.max(NARROWEST, letters * LETTER + EDGES))),
      isNumber: cells.length > 0 && cells.every((cell) => NUMBER.test(cell)),
    }
  })
}
