/** Which time of the log is looked at: the last so many hours, or one between two moments. Pure. */
import { localTime } from '../../lib/words'

const MINUTE = 60_000

/** The ranges that end now. */
export const SPANS = [
  ['15m', '15 m', 15 * MINUTE, 'Last 15 minutes'],
  ['1h', '1 h', 60 * MINUTE, 'Last hour'],
  ['24h', '24 h', 1_440 * MINUTE, 'Last 24 hours'],
  ['7d', '7 d', 10_080 * MINUTE, 'Last 7 days'],
] as const
export type SpanName = (typeof SPANS)[number][0]

export type Range = { last: SpanName } | { from: Date; to: Date }

export const USUAL: SpanName = '24h'

/** The range of an address. What means nothing there is the usual one. */
export function rangeOf(query: URLSearchParams): Range {
  const [from, to] = [momentOf(query.get('from')), momentOf(query.get('to'))]
  if (from && to && from < to) return { from, to }
  const span = SPANS.find(([name]) => name === query.get('range'))
  return { last: span?.[0] ?? USUAL }
}

/** The parts of an address that name a range; empty ones are to be left out. */
export function addressed(range: Range): { range: string; from: string; to: string } {
  if ('last' in range) return { range: range.last === USUAL ? '' : range.last, from: '', to: '' }
  return { range: '', from: range.from.toISOString(), to: range.to.toISOString() }
}

/** Where a range begins and ends. */
export function bounds(range: Range, now: number): { from: Date; to: Date } {
  if (!('last' in range)) return range
  const span = SPANS.find(([name]) => name === range.last)?.[2] ?? 0
  return { from: new Date(now - span), to: new Date(now) }
}

/** A range twice as wide around the same middle, which does not reach beyond now. */
export function wider({ from, to }: { from: Date; to: Date }, now: number): Range {
  const half = (to.getTime() - from.getTime()) / 2
  const end = Math.min(now, to.getTime() + half)
  return { from: new Date(end - 4 * half), to: new Date(end) }
}

/** A time as the server keeps it. */
export function stored(time: Date): string {
  return time.toISOString().replace('T', ' ')
}

/** A range in words. */
export function toldRange(range: Range): string {
  if ('last' in range) return SPANS.find(([name]) => name === range.last)?.[3] ?? ''
  const [from, to] = [localTime(range.from), localTime(range.to)]
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} – ${to.slice(11)}` : `${from} – ${to}`
}

function momentOf(text: string | null): Date | undefined {
  if (text === null || text === '') return undefined
  const time = new Date(text)
  return Number.isNaN(time.getTime()) ? undefined : time
}
