/** Bad rows as CSV: they are mended in a spreadsheet and imported again. */
import type { SourceRow } from './reading/rows'

/** The column that says why. */
export const PROBLEM = 'problem'

export function headOf(columns: readonly string[]): string {
  return csvLine([...columns, ...(columns.includes(PROBLEM) ? ['problem of the import'] : [PROBLEM])].map(guarded))
}

export function repairLine(row: SourceRow, wide: number, why: string): string {
  const cells = Array.from({ length: wide }, (_, at) => guarded(textOf(row.values[at])))
  // What is too much stands with the last one: nothing is lost, and the reason stays in its column.
  if (row.values.length > wide && wide > 0) {
    cells[wide - 1] = guarded(row.values.slice(wide - 1).map(textOf).join(' '))
  }
  return csvLine([...cells, guarded(`Line ${row.line}: ${why}`)])
}

/** A value as it stands in a cell. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Spreadsheets run what begins so as a formula; plain numbers are none. */
function guarded(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+([.,]\d+)?$/.test(text) ? `'${text}` : text
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n;\t]/.test(cell) || cell === '' ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`
}
