/** Values of a file as the server's import takes them. What they cannot be read as is left as it is: the server says why
 * it is wrong. */
import type { FieldType } from '../api/fields'
import type { Reading } from './guess'

export interface Into {
  type: FieldType
  isMultiple: boolean
}

const TRUE = new Set(['true', 'yes', 'y', 'on', 'x', '1', 't'])
const FALSE = new Set(['false', 'no', 'n', 'off', '0', 'f'])

/** The value; `undefined` is none. `isCell` says that it is a cell of CSV, where everything is a text. */
export function convert(value: unknown, { type, isMultiple }: Into, reading: Reading, isCell: boolean): unknown {
  if (value === undefined || value === null || value === '') return undefined
  switch (type) {
    case 'number':
      return reading === 'comma' && typeof value === 'string' ? value.trim().replaceAll('.', '').replace(',', '.') : value
    case 'bool':
      return typeof value === 'string' ? truth(value) : value
    case 'date':
    case 'autodate':
      return readDate(value, reading)
    case 'select':
    case 'relation':
      return isMultiple && typeof value === 'string' ? listOf(value, reading) : value
    case 'json':
    case 'geoPoint':
      return isCell && typeof value === 'string' ? jsonOf(value) : value
    default:
      return value
  }
}

function truth(text: string): unknown {
  const word = text.trim().toLowerCase()
  return TRUE.has(word) ? true : FALSE.has(word) ? false : text
}

/** A time in UTC. */
function readDate(value: unknown, reading: Reading): unknown {
  if (reading === 'seconds' || reading === 'millis') {
    const number = Number(value)
    const time = new Date(reading === 'seconds' ? number * 1000 : number)
    return Number.isNaN(time.getTime()) ? value : time.toISOString().replace('T', ' ')
  }
  if ((reading !== 'dmy' && reading !== 'mdy') || typeof value !== 'string') return value
  const found = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:,? +(\d{1,2}):(\d\d)(?::(\d\d))?)?$/.exec(value.trim())
  if (!found) return value
  const [, first = '', second = '', year = '', hour = '0', minute = '00', rest = '00'] = found
  const [day, month] = reading === 'dmy' ? [first, second] : [second, first]
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')} ${hour.padStart(2, '0')}:${minute}:${rest}.000Z`
  const time = new Date(text.replace(' ', 'T'))
  // The 31st of February is no day.
  return !Number.isNaN(time.getTime()) && time.getUTCDate() === Number(day) ? text : value
}

const SEPARATORS: Partial<Record<Reading, string>> = { 'list,': ',', 'list;': ';', 'list|': '|' }

function listOf(text: string, reading: Reading): unknown {
  if (/^\s*\[/.test(text)) {
    const value = jsonOf(text)
    if (Array.isArray(value)) return value
  }
  const separator = SEPARATORS[reading]
  if (separator === undefined) return text
  return text.split(separator).map((one) => one.trim()).filter((one) => one !== '')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
