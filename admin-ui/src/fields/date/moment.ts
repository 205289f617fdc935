/** Times as people type them: `2024-05-01 9:30`, `tomorrow 9:00`, `next friday`, `in 3 days`, `noon`. */

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
/** How many milliseconds a unit has; months and years are counted on the calendar. */
const UNITS: Record<string, number> = { minute: 60_000, min: 60_000, hour: 3_600_000, h: 3_600_000, day: 86_400_000, week: 604_800_000 }

/** The parts of a day and a time as the clocks of one zone show them. */
type Parts = [year: number, month: number, day: number, hours: number, minutes: number, seconds: number, milliseconds: number]

interface Options {
  isUtc: boolean
  now?: Date
}

/** What a text means, where it says no zone in the given one; `undefined` where it means nothing. */
export function readMoment(typed: string, { isUtc, now = new Date() }: Options): Date | undefined {
  const text = typed.trim().toLowerCase().replaceAll(/\s+/g, ' ')
  if (text === 'now') return now
  return zoned(text) ?? distant(text, now, isUtc) ?? onDay(text, now, isUtc)
}

/** A time as it is typed and shown: `2024-05-01 09:30:00`. Parts of a second are told where there are any. */
export function written(time: Date, isUtc: boolean): string {
  const [year, month, day, hours, minutes, seconds, milliseconds] = partsOf(time, isUtc)
  const two = (part: number): string => String(part).padStart(2, '0')
  const rest = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}`
  return `${String(year).padStart(4, '0')}-${two(month + 1)}-${two(day)} ${two(hours)}:${two(minutes)}:${two(seconds)}${rest}`
}

/** With a zone of its own: as machines write it. */
function zoned(text: string): Date | undefined {
  const found = /^(\d{4}-\d\d-\d\d)[ t](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(z|utc|[+-]\d\d:?\d\d)$/.exec(text)
  if (!found) return undefined
  const [, day = '', clock = '', zone = ''] = found
  const time = new Date(`${day}T${clock}${zone === 'utc' ? 'Z' : zone.toUpperCase()}`)
  return Number.isNaN(time.getTime()) ? undefined : time
}

/** So far from now. */
function distant(text: string, now: Date, isUtc: boolean): Date | undefined {
  const found = /^(?:in (\d{1,5}) ?([a-z]+)|(\d{1,5}) ?([a-z]+) ago)$/.exec(text)
  if (!found) return undefined
  const by = found[1] === undefined ? -Number(found[3]) : Number(found[1])
  const word = found[2] ?? found[4] ?? ''
  const unit = word.length > 1 ? word.replace(/s$/, '') : word
  const size = UNITS[unit]
  if (size !== undefined) return new Date(now.getTime() + by * size)
  const parts = partsOf(now, isUtc)
  if (unit === 'month') parts[1] += by
  else if (unit === 'year') parts[0] += by
  else return undefined
  return timeOf(parts, isUtc)
}

/** A day, a time, or both. */
function onDay(text: string, now: Date, isUtc: boolean): Date | undefined {
  const [year, month, today] = partsOf(now, isUtc)
  const iso = /^(\d{4})-(\d\d?)-(\d\d?)(?:[ t](.+))?$/.exec(text)
  if (iso) {
    const clock = iso[4] === undefined ? [0, 0, 0, 0] as const : readClock(iso[4])
    const parts: Parts | undefined = clock && [Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]), ...clock]
    const time = parts && timeOf(parts, isUtc)
    // There is no 30th of February.
    return time && partsOf(time, isUtc)[2] === parts[2] && partsOf(time, isUtc)[1] === parts[1] ? time : undefined
  }
  const words = /^(?:(today|tomorrow|yesterday)|(?:(next|last) )?([a-z]{3,9}))(?: (?:at )?(.+))?$/.exec(text)
  const by = words && daysTo(words, new Date(Date.UTC(year, month, today)).getUTCDay())
  const clock = by === undefined || by === null ? readClock(text) : words?.[4] === undefined ? [0, 0, 0, 0] as const : readClock(words[4])
  return clock && timeOf([year, month, today + (by ?? 0), ...clock], isUtc)
}

function daysTo([, word, which, name = '']: RegExpExecArray, weekday: number): number | undefined {
  if (word !== undefined) return { today: 0, tomorrow: 1, yesterday: -1 }[word]
  const day = DAYS.findIndex((one) => one === name || one.slice(0, 3) === name)
  if (day < 0) return undefined
  const ahead = (day - weekday + 7) % 7 || 7
  return which === 'last' ? ahead - 7 || -7 : ahead
}

/** `9`, `9:30`, `21:30:15.5`, `9pm`, `noon`. */
function readClock(text: string): readonly [number, number, number, number] | undefined {
  if (text === 'noon') return [12, 0, 0, 0]
  if (text === 'midnight') return [0, 0, 0, 0]
  const found = /^(\d\d?)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)? ?(am|pm)?$/.exec(text)
  if (!found) return undefined
  const [, first = '', minutes, seconds = '0', part = '', half] = found
  // A bare number may be anything.
  if (minutes === undefined && half === undefined) return undefined
  const hours = half === undefined ? Number(first) : (Number(first) % 12) + (half === 'pm' ? 12 : 0)
  const isClock = hours < 24 && Number(minutes ?? 0) < 60 && Number(seconds) < 60 && (half === undefined || Number(first) <= 12)
  return isClock ? [hours, Number(minutes ?? 0), Number(seconds), Number(part.padEnd(3, '0'))] : undefined
}

function partsOf(time: Date, isUtc: boolean): Parts {
  return isUtc
    ? [
        time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate(),
        time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds(), time.getUTCMilliseconds(),
      ]
    : [
        time.getFullYear(), time.getMonth(), time.getDate(),
        time.getHours(), time.getMinutes(), time.getSeconds(), time.getMilliseconds(),
      ]
}

function timeOf([year, month, day, ...clock]: Parts, isUtc: boolean): Date {
  const time = new Date(0)
  if (isUtc) {
    time.setUTCFullYear(year, month, day)
    time.setUTCHours(...clock)
  } else {
    time.setFullYear(year, month, day)
    time.setHours(...clock)
  }
  return time
}
