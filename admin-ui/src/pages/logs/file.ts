/** Entries as a file. Pure. */
import type { Log } from '../../api/logs'
import type { LogColumn } from './columns.svelte'

export type Format = 'csv' | 'jsonl'

/** The head of a file; none of one with an object a line. */
export function headOf(format: Format, columns: readonly LogColumn[]): string {
  return format === 'csv' ? line(['id', ...columns.map(({ name }) => name)]) : ''
}

export function linesOf(format: Format, logs: readonly Log[], columns: readonly LogColumn[], guards: boolean): string {
  if (format === 'jsonl') return logs.map((log) => `${JSON.stringify(log)}\n`).join('')
  return logs.map((log) => line([log.id, ...columns.map((column) => cellOf(log, column))].map((text) => (guards ? guarded(text) : text)))).join('')
}

/** Times and numbers are for machines here. */
function cellOf(log: Log, { name, text }: LogColumn): string {
  if (name === 'created') return log.created
  if (name === 'message') return log.message
  if (name === 'level') return String(log.level)
  const value = log.data[name]
  return typeof value === 'number' ? String(value) : text(log)
}

/** Spreadsheets run what begins so as a formula; plain numbers are none. */
function guarded(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+([.,]\d+)?$/.test(text) ? `'${text}` : text
}

function line(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join()}\n`
}
