/** The columns of the log, and which of them are shown. Kept in the browser. */
import type { Log } from '../../api/logs'
import { clock, duration, levelName, numberAt, textAt } from './entry'

export interface LogColumn {
  name: string
  label: string
  /** In pixels; the message takes what is left. */
  width: number
  /** The path of its values in a filter, where they can be asked for. */
  path?: string
  /** The value behind the text, for a filter. */
  value?: (log: Log) => string | number | undefined
  text: (log: Log) => string
  right?: true
}

function data(name: string, label: string, width: number): LogColumn {
  return { name, label, width, path: `data.${name}`, value: (log) => (log.data[name] === undefined ? undefined : textAt(log, name)), text: (log) => textAt(log, name) }
}

export const COLUMNS: readonly LogColumn[] = [
  // Nobody keeps it for a year.
  { name: 'created', label: 'Time', width: 160, text: (log) => clock(log.created).slice(5) },
  { name: 'level', label: 'Level', width: 72, path: 'level', value: (log) => log.level, text: (log) => levelName(log.level) },
  { name: 'status', label: 'Status', width: 64, path: 'data.status', value: (log) => numberAt(log, 'status'), text: (log) => textAt(log, 'status') },
  data('method', 'Method', 72),
  { name: 'message', label: 'Message', width: 240, text: messageOf },
  { name: 'execTime', label: 'Took', width: 72, right: true, text: (log) => (numberAt(log, 'execTime') === undefined ? '' : duration(numberAt(log, 'execTime') ?? 0)) },
  data('auth', 'User', 104),
  data('userIP', 'Address', 112),
  data('userAgent', 'User agent', 240),
  data('referer', 'Referer', 200),
  data('requestId', 'Request id', 160),
]

/** Behind its method, a request is its address. */
export function messageOf(log: Log): string {
  const method = textAt(log, 'method')
  const bare = method !== '' && log.message.startsWith(`${method} `) ? log.message.slice(method.length + 1) : log.message
  const error = textAt(log, 'error')
  return error === '' ? bare : `${bare} · ${error}`
}

const USUAL = ['created', 'level', 'status', 'method', 'message', 'execTime', 'auth', 'userIP']
const KEPT_AS = 'tuckbox_log_columns'

export class LogColumns {
  #names: string[] = $state.raw(read())

  get shown(): LogColumn[] {
    return COLUMNS.filter(({ name }) => this.#names.includes(name))
  }

  has(name: string): boolean {
    return this.#names.includes(name)
  }

  toggle(name: string): void {
    const names = this.has(name) ? this.#names.filter((one) => one !== name) : [...this.#names, name]
    if (names.length > 0) this.#keep(names)
  }

  reset(): void {
    this.#keep(USUAL)
  }

  #keep(names: string[]): void {
    this.#names = names
    try {
      localStorage.setItem(KEPT_AS, names.join())
    } catch {
      // They last as long as the page, then.
    }
  }
}

function read(): string[] {
  try {
    const kept = (localStorage.getItem(KEPT_AS) ?? '').split(',').filter((name) => COLUMNS.some((one) => one.name === name))
    return kept.length > 0 ? kept : USUAL
  } catch {
    return USUAL
  }
}
