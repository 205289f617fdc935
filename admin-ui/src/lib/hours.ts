/** Numbers by the hour, with the hours in which there was nothing. */

export interface Hour {
  begin: Date
  total: number
}

const HOUR = 3_600_000

/** The last `many` hours up to now, oldest first. What is told of other hours is left out. */
export function lastHours(many: number, told: { date: string; total: number }[], now = Date.now()): Hour[] {
  const totals = new Map(told.map(({ date, total }) => [Date.parse(date.replace(' ', 'T')), total]))
  const newest = Math.floor(now / HOUR) * HOUR
  return Array.from({ length: many }, (_, at) => {
    const begin = newest - (many - 1 - at) * HOUR
    return { begin: new Date(begin), total: totals.get(begin) ?? 0 }
  })
}
