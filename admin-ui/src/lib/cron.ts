/** Cron expressions as the server takes them: read, said in words, and when they are due next. Times are UTC. */

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** The least and the greatest number of each segment. */
const BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
/** The calendar repeats weekdays on leap days after at most 40 years: what is not found until then is never. */
const MOST_DAYS = 366 * 40
const DAY = 86_400_000

/** One segment: its numbers, and how they were written where that is said more shortly than all of them. */
interface Segment {
  numbers: number[]
  isAll: boolean
  /** From where to where, without a step. */
  range?: [from: number, to: number]
  /** Every so many, where they come round evenly. */
  step?: number
}

export interface Cron {
  minute: Segment
  hour: Segment
  day: Segment
  month: Segment
  weekday: Segment
}

/** Reads an expression; `undefined` where the server would not take it. */
export function readCron(expression: string): Cron | undefined {
  const texts = (MACROS[expression] ?? expression).split(' ')
  if (texts.length !== BOUNDS.length) return undefined
  const [minute, hour, day, month, weekday] = texts.map((text, at) => readSegment(text, BOUNDS[at] ?? [0, 0]))
  return minute && hour && day && month && weekday && { minute, hour, day, month, weekday }
}

function readSegment(text: string, [least, most]: readonly [number, number]): Segment | undefined {
  const numbers = new Set<number>()
  const parts = text.split(',')
  let only: Pick<Segment, 'range' | 'step'> = {}
  for (const part of parts) {
    const found = /^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part)
    if (!found) return undefined
    const [, star, first, last, every] = found
    const from = star ? least : Number(first)
    const to = star ? most : Number(last ?? first)
    const step = every === undefined ? 1 : Number(every)
    // A single number has no step.
    if (from < least || to > most || from > to || step < 1 || step > most || (every !== undefined && !star && last === undefined)) return undefined
    for (let one = from; one <= to; one += step) numbers.add(one)
    if (star && step > 1 && (most - least + 1) % step === 0 && least === 0) only = { step }
    else if (!star && last !== undefined && step === 1) only = { range: [from, to] }
  }
  const all = [...numbers].sort((one, other) => one - other)
  return { numbers: all, isAll: all.length === most - least + 1, ...(parts.length === 1 ? only : {}) }
}

/** When it is due, in a sentence without its end: `Every Monday at 03:00 UTC`. Empty where the text is no expression. */
export function cronWords(expression: string): string {
  const cron = readCron(expression)
  if (!cron) return ''
  const words = [daysIn(cron), timesIn(cron)].filter(Boolean).join(' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The first minute after an instant at which it is due; `undefined` where there is none. */
export function nextDue(expression: string, after = new Date()): Date | undefined {
  const cron = readCron(expression)
  if (!cron) return undefined
  const from = Math.floor(after.getTime() / 60_000) * 60_000 + 60_000
  for (let at = 0, day = Math.floor(from / DAY) * DAY; at < MOST_DAYS; at += 1, day += DAY) {
    if (!isDueOn(cron, new Date(day))) continue
    for (const hour of cron.hour.numbers) {
      for (const minute of cron.minute.numbers) {
        const time = day + (hour * 60 + minute) * 60_000
        if (time >= from) return new Date(time)
      }
    }
  }
  return undefined
}

function isDueOn({ day, month, weekday }: Cron, date: Date): boolean {
  return day.numbers.includes(date.getUTCDate()) && month.numbers.includes(date.getUTCMonth() + 1) && weekday.numbers.includes(date.getUTCDay())
}

const two = (part: number): string => String(part).padStart(2, '0')

function timesIn({ minute, hour }: Cron): string {
  const [first = 0, ...more] = minute.numbers
  if (minute.isAll) return hour.isAll ? 'every minute' : `every minute ${hoursIn(hour)}`
  if (minute.step !== undefined && minute.numbers[0] === 0) {
    const every = `every ${minute.step} minutes`
    return hour.isAll ? every : `${every} ${hoursIn(hour)}`
  }
  if (more.length === 0) {
    const past = first === 0 ? '' : `, at minute ${first}`
    if (hour.isAll) return `every hour${past}`
    if (hour.step !== undefined) return `every ${hour.step} hours${past}`
    if (hour.range) return `every hour from ${clock(hour.range[0], first)} to ${clock(hour.range[1], first)} UTC`
  }
  const clocks = hour.numbers.flatMap((one) => minute.numbers.map((other) => clock(one, other)))
  if (clocks.length <= 6) return `at ${list(clocks)} UTC`
  const minutes = `at ${more.length === 0 ? 'minute' : 'minutes'} ${list(minute.numbers.map(String))}`
  return hour.isAll ? `${minutes} of every hour` : `${minutes} ${hoursIn(hour)}`
}

function clock(hour: number, minute: number): string {
  return `${two(hour)}:${two(minute)}`
}

/** The hours in which something happens more often. */
function hoursIn({ numbers, range, step }: Segment): string {
  if (step !== undefined) return `of every ${ordinal(step)} hour (UTC)`
  const [first = 0] = numbers
  if (range || numbers.length === 1) return `from ${clock(range?.[0] ?? first, 0)} to ${clock(range?.[1] ?? first, 59)} UTC`
  return `in the hours ${list(numbers.map(String))} UTC`
}

function daysIn({ minute, hour, day, month, weekday }: Cron): string {
  const months = month.isAll ? '' : ` in ${list(month.numbers.map((one) => MONTHS[one - 1] ?? ''))}`
  const days = weekday.numbers.map((one) => DAYS[one] ?? '')
  if (day.isAll && weekday.isAll) {
    // What comes round by the hour needs no day.
    const isByTheHour = minute.isAll || minute.step !== undefined || hour.isAll || hour.step !== undefined || hour.range !== undefined
    return isByTheHour && month.isAll ? '' : isByTheHour ? months.trim() : `every day${months}`
  }
  if (weekday.isAll) {
    const [first = 1] = day.numbers
    if (day.numbers.length === 1 && month.numbers.length === 1) return `every year on ${first} ${MONTHS[(month.numbers[0] ?? 1) - 1] ?? ''}`
    const which = day.range ? `${ordinal(day.range[0])} to the ${ordinal(day.range[1])}` : list(day.numbers.map(ordinal))
    return `on the ${which} of ${month.isAll ? 'every month' : list(month.numbers.map((one) => MONTHS[one - 1] ?? ''))}`
  }
  if (day.isAll) {
    const span = weekday.range && days.length > 2 ? `${days[0]} to ${days.at(-1)}` : list(days)
    return `every ${span}${months}`
  }
  return `on every ${list(days, 'or')} that is the ${list(day.numbers.map(ordinal), 'or')}${months}`
}

function ordinal(number: number): string {
  const teens = number % 100 >= 11 && number % 100 <= 13
  const end = teens ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th')
  return `${number}${end}`
}

function list(texts: string[], last = 'and'): string {
  if (texts.length <= 1) return texts.join('')
  return `${texts.slice(0, -1).join(', ')} ${last} ${texts.at(-1)}`
}
