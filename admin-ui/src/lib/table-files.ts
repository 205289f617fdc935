/** Tables of texts as files. A column whose name comes twice gets a number, where names must differ. */

export interface TextTable {
  columns: readonly string[]
  rows: readonly (readonly (string | null)[])[]
}

export type TableFormat = 'csv' | 'json' | 'ndjson'

/** The file of a table; in CSV, what a spreadsheet would run as a formula gets a `'` before it where that is asked for. */
export function tableFile(table: TextTable, format: TableFormat, guards = false): string {
  if (format === 'csv') return [table.columns, ...table.rows].map((cells) => csvLine(cells, guards)).join('')
  const names = distinct(table.columns)
  const objects = table.rows.map((row) => JSON.stringify(Object.fromEntries(names.map((name, at) => [name, row[at] ?? null]))))
  return format === 'ndjson' ? objects.map((one) => `${one}\n`).join('') : `[\n${objects.map((one) => `  ${one}`).join(',\n')}\n]\n`
}

function csvLine(cells: readonly (string | null)[], guards: boolean): string {
  return `${cells.map((cell) => csvCell(cell, guards)).join(',')}\r\n`
}

/** No value at all is nothing; an empty text is one in quotes. */
function csvCell(cell: string | null, guards: boolean): string {
  if (cell === null) return ''
  const text = guards && /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+([.,]\d+)?$/.test(cell) ? `'${cell}` : cell
  return text === '' || /[",\r\n;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return times === 1 ? name : `${name} ${times}`
  })
}
