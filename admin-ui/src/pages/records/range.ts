/** The range of a grid in the clipboard: out of it and into it, as spreadsheets do. */
import type { Row } from '../../api/records'
import { plainOf } from '../../fields/plain'
import { fromTsv, toTsv } from '../../lib/tsv'
import type { Column } from './columns.svelte'
import type { Sheet } from './sheet.svelte'

/** Some rows as a table of text. */
export function tableOf(rows: Row[], columns: Column[]): string {
  return toTsv(rows.map((row) => columns.map(({ field }) => plainOf(row[field.name], field))))
}

/** The cells that a table would be pasted into. One value fills the range; a table takes the room that it needs. */
export function pastedOver(text: string, sheet: Sheet): { table: string[][]; first: number; last: number; columns: Column[] } {
  const table = fromTsv(text)
  const { top, bottom, columns } = sheet.range
  const isOne = table.length === 1 && table[0]?.length === 1
  const wide = Math.max(...table.map((line) => line.length))
  const { left } = sheet.cursor.range
  return {
    table,
    first: top,
    last: isOne ? bottom : Math.min(sheet.total - 1, top + table.length - 1),
    columns: isOne ? columns : sheet.columns.slice(left, left + wide),
  }
}
