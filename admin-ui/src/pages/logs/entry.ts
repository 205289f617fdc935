/** What an entry says, in words and as code. Pure. */
import type { Log } from '../../api/logs'
import { readTime } from '../../lib/words'

const LEVELS: Record<number, string> = { [-4]: 'Debug', 0: 'Info', 4: 'Warning', 8: 'Error' }

export function levelName(level: number): string {
  return LEVELS[level] ?? `Level ${level}`
}

/** The class of a level, or of a status. */
export type Tone = 'plain' | 'ok' | 'info' | 'warn' | 'bad'

export function levelTone(level: number): Tone {
  return level >= 8 ? 'bad' : level >= 4 ? 'warn' : 'plain'
}

export function statusTone(status: number): Tone {
  return status >= 500 ? 'bad' : status >= 400 ? 'warn' : status >= 300 ? 'info' : 'ok'
}

/** A value of the data as a text; nothing where it has none. */
export function textAt(log: Log, key: string): string {
  const value = log.data[key]
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function numberAt(log: Log, key: string): number | undefined {
  const value = log.data[key]
  return typeof value === 'number' ? value : undefined
}

/** Milliseconds in words: `0.8 ms`, `124 ms`, `1.2 s`. */
export function duration(ms: number): string {
  if (ms >= 10_000) return `${Math.round(ms / 1_000)} s`
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`
}

/** The time of an entry as the clocks are here, with its milliseconds. */
export function clock(created: string, withDay = true): string {
  const time = readTime(created)
  if (!time) return created
  const two = (part: number, wide = 2): string => String(part).padStart(wide, '0')
  const rest = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${two(time.getMilliseconds(), 3)}`
  return withDay ? `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${rest}` : rest
}

/** What a request was about: a collection, and one of its records where one is named. */
export interface About {
  collection: string
  record: string | undefined
}

/** What follows `records/` that is no id. */
const NO_RECORDS = new Set(['export', 'import'])

export function aboutOf(log: Log): About | undefined {
  const [path = ''] = textAt(log, 'url').split('?')
  const found = /^\/api\/collections\/([^/]+)\/records(?:\/([^/]+))?\/?$/.exec(path) ?? /^\/api\/files\/([^/]+)\/([^/]+)\/[^/]+$/.exec(path)
  const collection = decoded(found?.[1])
  if (collection === undefined) return undefined
  const record = decoded(found?.[2])
  return { collection, record: record !== undefined && NO_RECORDS.has(record) ? undefined : record }
}

/** The request as a command, without secrets: whoever asked has to sign in anew. */
export function curlOf(log: Log, origin: string): string {
  const method = textAt(log, 'method') || 'GET'
  const parts = ['curl', ...(method === 'GET' ? [] : ['-X', shell(method)]), shell(`${origin}${textAt(log, 'url')}`)]
  if (textAt(log, 'auth') !== '') parts.push('-H "Authorization: $TOKEN"')
  return parts.join(' ')
}

/** Whether an entry is of a request. */
export function isRequest(log: Log): boolean {
  return log.data.type === 'request'
}

/** A word that no shell reads anything into. */
function shell(text: string): string {
  return /^[\w/:.=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function decoded(step: string | undefined): string | undefined {
  if (step === undefined) return undefined
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}
