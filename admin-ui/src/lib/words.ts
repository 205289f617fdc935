/** Values in words: numbers, times and sizes as a person reads them. */

// Four digits read as one, and may be a year.
const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 20, useGrouping: 'min2' })
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })

/** A count, with its groups apart. */
export function count(value: number): string {
  return whole.format(value)
}

/** A count and its noun: `1 record`, `2 records`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** A number of a field, with nothing lost. */
export function exact(value: number): string {
  return number.format(value)
}

/** A time of the API (`2024-05-01 10:00:00.000Z`); `undefined` where the text is none. */
export function readTime(text: unknown): Date | undefined {
  if (typeof text !== 'string' || text === '') return undefined
  const time = new Date(text.replace(' ', 'T'))
  return Number.isNaN(time.getTime()) ? undefined : time
}

/** A time as clocks here show it: `2024-05-01 12:00`. It sorts, and has one width. */
export function localTime(time: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0')
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** How long ago, or how long until. */
export function fromNow(time: Date, now = Date.now()): string {
  const seconds = (time.getTime() - now) / 1000
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit)
  }
  return relative.format(Math.trunc(seconds), 'second')
}

/** A size in bytes: `5 MiB`. */
export function size(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let [value, at] = [bytes, 0]
  while (value >= 1024 && at < names.length - 1) {
    value /= 1024
    at += 1
  }
  return `${at === 0 ? value : Number(value.toFixed(1))} ${names[at] ?? 'B'}`
}

const SPANS: [name: string, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** The largest unit that measures a span of time without a rest, and its seconds. */
export function unitOf(seconds: number): { name: string; seconds: number } {
  const found = SPANS.find(([, unit]) => seconds >= unit && seconds % unit === 0)
  return { name: found?.[0] ?? 'second', seconds: found?.[1] ?? 1 }
}

/** The units of such spans, the smallest first. */
export const TIME_UNITS = SPANS.map(([name, seconds]) => ({ name, seconds })).reverse()

/** A span of time: `5 days`. */
export function span(seconds: number): string {
  const unit = unitOf(seconds)
  return counted(seconds / unit.seconds, unit.name)
}
