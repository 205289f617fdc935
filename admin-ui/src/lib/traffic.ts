/** Requests of a time, counted up. */

/** Requests by the class of their status. */
interface Classes {
  s2: number
  s3: number
  s4: number
  s5: number
}

export const requestsOf = ({ s2, s3, s4, s5 }: Classes): number => s2 + s3 + s4 + s5

/** What the server itself got wrong: it is never the client's doing. */
export const failuresOf = ({ s5 }: Classes): number => s5

const sum = (moments: Classes[], of: (moment: Classes) => number): number => moments.reduce((all, one) => all + of(one), 0)

export interface Traffic {
  requests: number
  /** Answers with a status from 400 to 499, and from 500 on. */
  refused: number
  failed: number
}

export function traffic(moments: Classes[]): Traffic {
  return { requests: sum(moments, requestsOf), refused: sum(moments, ({ s4 }) => s4), failed: sum(moments, failuresOf) }
}

/** A share in percent: never a round 0 or 100 where there was one of the others. */
export function percent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0%'
  const share = (part / whole) * 100
  if (share < 0.1) return '< 0.1%'
  if (part < whole && share > 99.9) return '> 99.9%'
  return `${share < 10 ? Number(share.toFixed(1)) : Math.round(share)}%`
}

/** A time in milliseconds as one reads it: `0.4 ms`, `12 ms`, `1.2 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10) return `${Number(milliseconds.toFixed(1))} ms`
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`
  return `${Number((milliseconds / 1000).toFixed(1))} s`
}

/** How long something has run, in its two largest units: `3 d 4 h`. */
export function uptime(seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60]
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`
  return minutes > 0 ? `${minutes} min` : 'less than a minute'
}
