/** What of a record a card has room for. */
import type { Field } from '../../api/fields'

/** Types that say little in half a line. */
const LONG = new Set(['editor', 'json', 'password', 'autodate', 'file'])

export interface Lines {
  /** What stands below the heading, beside each other. */
  beside: Field[]
  /** The time of the last line. */
  time: Field | undefined
}

/** The first two short fields that are not the heading's, in the order of the columns, and a time. */
export function linesOf(shown: Field[], all: Field[]): Lines {
  const isHeading = (field: Field): boolean => field.presentable || field.name === 'id' || /^(title|name|label)$/i.test(field.name)
  const beside = shown.filter((field) => !LONG.has(field.type) && !isHeading(field)).slice(0, 2)
  const times = all.filter((field) => field.type === 'autodate')
  return { beside, time: times.find((field) => field.name === 'updated') ?? times[0] }
}
