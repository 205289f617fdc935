/** The log: what the server did, and for whom. */
import { ask, backend } from './backend'

/** One entry. What `data` holds is up to who wrote it; of requests it is what the contract says. */
export interface Log {
  id: string
  created: string
  level: number
  message: string
  data: Record<string, unknown>
}

/** Which entries: a filter, and times as the server writes them. Without an end there are always new ones. */
export interface LogQuestion {
  filter: string
  from: string
  to: string | undefined
}

/** Entries of some time that belong together. */
export interface LogBucket {
  at: string
  /** Requests by the class of their status; `other` are entries that are no requests. */
  s2: number
  s3: number
  s4: number
  s5: number
  other: number
  /** Milliseconds that half of the requests, and 19 of 20, took at most. */
  p50: number | null
  p95: number | null
}

export const FACETS = ['level', 'status', 'method', 'route', 'auth', 'ip'] as const
export type FacetName = (typeof FACETS)[number]

export interface FacetValue {
  value: string | number
  count: number
}

export interface SlowRoute {
  route: string
  count: number
  errors: number
  p50: number | null
  p95: number | null
}

/** The entries of a time in numbers. */
export interface LogOverview {
  from: string
  to: string
  /** Seconds that a bucket spans. */
  step: number
  total: number
  errors: number
  p50: number | null
  p95: number | null
  /** Not all of them were looked at. */
  partial?: boolean
  buckets: LogBucket[]
  facets: Record<FacetName, FacetValue[]>
  slowest: SlowRoute[]
}

/** What is kept, and for how long. */
export interface LogSettings {
  maxDays: number
  minLevel: number
  logIP: boolean
  logAuthId: boolean
}

/** Newest first. Rows are in the order of their coming, which needs no sorting. */
const NEWEST = '-@rowid'

/** A filter for some entries: what was asked, and the time. What is typed may end with a comment. */
export function filterOf({ filter, from, to }: LogQuestion): string {
  const time = to === undefined ? backend.filter('created >= {:from}', { from }) : backend.filter('created >= {:from} && created <= {:to}', { from, to })
  return filter.trim() === '' ? time : `(${filter}\n) && ${time}`
}

/** One page of entries, newest first, without their number. */
export async function listLogs(question: LogQuestion, page: number, perPage: number, signal?: AbortSignal): Promise<Log[]> {
  const options = { filter: filterOf(question), sort: NEWEST, skipTotal: true, ...(signal && { signal }) }
  const { items } = await ask((backend) => backend.logs.getList(page, perPage, options))
  return items.map(asLog)
}

/** How many entries there are. */
export async function countLogs(question: LogQuestion, signal: AbortSignal): Promise<number> {
  return (await ask((backend) => backend.logs.getList(1, 1, { filter: filterOf(question), fields: 'id', signal }))).totalItems
}

export async function getLog(id: string): Promise<Log> {
  return asLog(await ask((backend) => backend.logs.getOne(id)))
}

export function getOverview({ filter, from, to }: LogQuestion, buckets: number, signal: AbortSignal): Promise<LogOverview> {
  const query = { from, ...(to !== undefined && { to }), buckets, ...(filter !== '' && { filter }) }
  return ask((backend) => backend.send<LogOverview>('/api/logs/overview', { query, signal }))
}

/** What the server has against a filter alone; nothing where it takes it. */
export async function refusalOf(filter: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    await ask((backend) => backend.logs.getList(1, 1, { filter, skipTotal: true, fields: 'id', signal }))
    return undefined
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 400) return error.message
    throw error
  }
}

/** Removes all entries. */
export async function deleteLogs(): Promise<void> {
  await ask((backend) => backend.send('/api/logs', { method: 'DELETE' }))
}

export async function getLogSettings(): Promise<LogSettings> {
  const { logs } = await ask((backend) => backend.settings.getAll({ fields: 'logs' }))
  return logs as LogSettings
}

/** Changes what is kept. A text where a number belongs is refused by the server, with the name of its field. */
export async function saveLogSettings(logs: Partial<LogSettings>): Promise<LogSettings> {
  const settings = await ask((backend) => backend.settings.update({ logs }))
  return settings.logs as LogSettings
}

/** The SDK's types know any value in an entry. */
function asLog({ id, created, level, message, data }: { id: string; created: string; level: unknown; message: string; data?: unknown }): Log {
  const values = typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : {}
  return { id, created, level: Number(level), message, data: values }
}
