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

/** Requests in an hour that begins at `date`. */
export interface Hour {
  date: string
  total: number
}

/** Requests since a time, by the hour. */
export async function requestsByHour(since: Date): Promise<Hour[]> {
  const filter = `data.type = "request" && created >= "${stored(since)}"`
  return (await ask((backend) => backend.logs.getStats({ filter }))) as Hour[]
}

/** How many requests failed since a time. */
export async function countFailures(since: Date): Promise<number> {
  const filter = `data.type = "request" && data.status >= 400 && created >= "${stored(since)}"`
  return (await ask((backend) => backend.logs.getList(1, 1, { filter }))).totalItems
}

/** Whether somebody who is no superuser was given records, as far back as the log goes. */
export async function wasCalled(): Promise<boolean> {
  const filter = 'data.auth != "_superusers" && data.status < 400 && data.url ~ "/api/collections/%/records%"'
  const { items } = await ask((backend) => backend.logs.getList(1, 1, { filter, skipTotal: true }))
  return items.length > 0
}

/** A time as records hold it. */
const stored = (time: Date): string => time.toISOString().replace('T', ' ')
