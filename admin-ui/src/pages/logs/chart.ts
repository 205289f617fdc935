/** The numbers of the log as bars, lines and words. Pure. */
import type { LogBucket, LogOverview } from '../../api/logs'
import type { Bar, Line, Series } from '../../parts/StackedBars.svelte'
import { readTime } from '../../lib/words'

export const SERIES: readonly Series[] = [
  { label: '2xx', tone: 'ok' },
  { label: '3xx', tone: 'info' },
  { label: '4xx', tone: 'warn' },
  { label: '5xx', tone: 'bad' },
  { label: 'other', tone: 'plain' },
]

export const LINES: readonly Line[] = [{ label: 'p95' }, { label: 'p50', dashed: true }]

const DAY = 86_400
/** How many times are written below the bars. */
const TICKS = 6

export function valuesOf({ s2, s3, s4, s5, other }: LogBucket): number[] {
  return [s2, s3, s4, s5, other]
}

export function barsOf({ buckets, step }: LogOverview): Bar[] {
  return buckets.map((bucket) => ({ label: spanOf(bucket.at, step), values: valuesOf(bucket), lines: [bucket.p95, bucket.p50] }))
}

/** When a bucket begins and ends, as the clocks are here: `10:05 – 10:10`, with the day where they span hours. */
export function spanOf(at: string, step: number): string {
  const begin = readTime(at)
  if (!begin) return at
  const end = new Date(begin.getTime() + step * 1000)
  const day = step * 60 > DAY ? `${shortDay(begin)} ` : ''
  return `${day}${hour(begin, step)} – ${hour(end, step)}`
}

/** Times below the bars, evenly apart. */
export function ticksOf({ buckets, step }: LogOverview, many = TICKS): { at: number; text: string }[] {
  const apart = Math.max(1, Math.ceil(buckets.length / many))
  return buckets.flatMap(({ at }, index) => {
    const time = readTime(at)
    // The last one would not fit.
    if (!time || index % apart !== 0 || index > buckets.length - apart / 2) return []
    return [{ at: index, text: step * buckets.length > 2 * DAY ? `${shortDay(time)} ${hour(time, 60)}` : hour(time, step) }]
  })
}

/** From the beginning of one bucket to the end of another. */
export function between({ buckets, step }: LogOverview, first: number, last: number): { from: Date; to: Date } | undefined {
  const [from, to] = [readTime(buckets[first]?.at), readTime(buckets[last]?.at)]
  return from && to && { from, to: new Date(to.getTime() + step * 1000 - 1) }
}

function hour(time: Date, step: number): string {
  const two = (part: number): string => String(part).padStart(2, '0')
  const minutes = `${two(time.getHours())}:${two(time.getMinutes())}`
  return step % 60 === 0 ? minutes : `${minutes}:${two(time.getSeconds())}`
}

function shortDay(time: Date): string {
  return `${String(time.getMonth() + 1).padStart(2, '0')}-${String(time.getDate()).padStart(2, '0')}`
}
