/** What the server tells of itself: its parts, and how it is called. */
import { ask } from './backend'

/** A part of the server, with what it says of its work. */
export interface Part {
  part: string
  state: 'ready' | 'degraded' | 'down'
  detail: string
}

export async function listParts(): Promise<Part[]> {
  const { data } = await ask((backend) => backend.health.check())
  // The types of the SDK do not know of them.
  const { readiness } = data as { readiness?: Part[] }
  return readiness ?? []
}

/** What happened in a part of a time. */
export interface Moment {
  at: string
  /** Requests by the class of their status, and entries that are no requests. */
  s2: number
  s3: number
  s4: number
  s5: number
  other: number
}

/** The requests of a route, with times in milliseconds. */
export interface SlowRoute {
  route: string
  count: number
  errors: number
  p50: number
  p95: number
}

/** The log at a glance. */
export interface Glance {
  p50: number | null
  p95: number | null
  buckets: Moment[]
  slowest: SlowRoute[]
}

/** The requests of a time up to now, in so many parts. */
export function glanceAtLog(since: Date, buckets: number): Promise<Glance> {
  const query = { from: stored(since), buckets, filter: 'data.type = "request"' }
  return ask((backend) => backend.send<Glance>('/api/logs/overview', { query }))
}

/** What the server tells of itself; sizes in bytes, `null` where they are not known. */
export interface Server {
  started: string
  uptime: number
  sizes: Record<'database' | 'wal' | 'logs', number> & Record<'files' | 'fileCount' | 'backups', number | null>
  lastBackup: { key: string; modified: string; size: number; verified: string; problem: string } | null
}

export function readServer(): Promise<Server> {
  return ask((backend) => backend.send<Server>('/api/server', {}))
}

/** What is set up of the things that a server in earnest has. */
export interface SetUp {
  mail: boolean
  backups: boolean
}

export async function readSetUp(): Promise<SetUp> {
  const settings = (await ask((backend) => backend.settings.getAll({ fields: 'smtp.enabled,backups.cron' }))) as {
    smtp?: { enabled?: boolean }
    backups?: { cron?: string }
  }
  return { mail: settings.smtp?.enabled === true, backups: Boolean(settings.backups?.cron) }
}

/** Whether somebody who is no superuser was given records, as far back as the log goes. */
export async function wasCalled(): Promise<boolean> {
  const filter = 'data.auth != "_superusers" && data.status < 400 && data.url ~ "/api/collections/%/records%"'
  const { items } = await ask((backend) => backend.logs.getList(1, 1, { filter, skipTotal: true }))
  return items.length > 0
}

/** A time as records hold it. */
const stored = (time: Date): string => time.toISOString().replace('T', ' ')
