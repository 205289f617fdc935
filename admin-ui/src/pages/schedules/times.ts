/** How long runs take. */
import { exact } from '../../lib/words'

/** A span between two times of the API: `12 ms`, `3.4 s`, `2 min`. Empty where one of them is missing. */
export function duration(start: Date | undefined, end: Date | undefined): string {
  if (!start || !end) return ''
  const ms = Math.max(0, end.getTime() - start.getTime())
  if (ms < 1_000) return `${ms} ms`
  if (ms < 60_000) return `${exact(Math.round(ms / 100) / 10)} s`
  return `${exact(Math.round(ms / 6_000) / 10)} min`
}
