/** The times that filters know by name, with what they are now (UTC, as the server has them). */

export interface Macro {
  name: string
  meaning: string
  /** A number, and no time. */
  isNumber?: true
  at: (now: Date) => string
}

const form = (time: Date): string => time.toISOString().replace('T', ' ')

function day(now: Date, days: number): Date {
  return new Date(now.getTime() + days * 86_400_000)
}

function start(now: Date, month: number, date: number): string {
  return form(new Date(Date.UTC(now.getUTCFullYear(), month, date)))
}

/** The last millisecond before a day. */
function before(now: Date, month: number, date: number): string {
  return form(new Date(Date.UTC(now.getUTCFullYear(), month, date) - 1))
}

export const MACROS: readonly Macro[] = [
  { name: '@now', meaning: 'now', at: form },
  { name: '@todayStart', meaning: 'begin of today', at: (now) => start(now, now.getUTCMonth(), now.getUTCDate()) },
  { name: '@todayEnd', meaning: 'end of today', at: (now) => before(now, now.getUTCMonth(), now.getUTCDate() + 1) },
  { name: '@yesterday', meaning: 'a day ago', at: (now) => form(day(now, -1)) },
  { name: '@tomorrow', meaning: 'in a day', at: (now) => form(day(now, 1)) },
  { name: '@monthStart', meaning: 'begin of the month', at: (now) => start(now, now.getUTCMonth(), 1) },
  { name: '@monthEnd', meaning: 'end of the month', at: (now) => before(now, now.getUTCMonth() + 1, 1) },
  { name: '@yearStart', meaning: 'begin of the year', at: (now) => start(now, 0, 1) },
  { name: '@yearEnd', meaning: 'end of the year', at: (now) => before(now, 12, 1) },
  { name: '@year', meaning: 'this year', isNumber: true, at: (now) => String(now.getUTCFullYear()) },
  { name: '@month', meaning: 'this month', isNumber: true, at: (now) => String(now.getUTCMonth() + 1) },
  { name: '@day', meaning: 'day of the month', isNumber: true, at: (now) => String(now.getUTCDate()) },
  { name: '@weekday', meaning: 'day of the week, Sunday is 0', isNumber: true, at: (now) => String(now.getUTCDay()) },
  { name: '@hour', meaning: 'this hour', isNumber: true, at: (now) => String(now.getUTCHours()) },
  { name: '@minute', meaning: 'this minute', isNumber: true, at: (now) => String(now.getUTCMinutes()) },
  { name: '@second', meaning: 'this second', isNumber: true, at: (now) => String(now.getUTCSeconds()) },
]
