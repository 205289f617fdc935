/** How large collections are in the diagram, and what of their names fits in. Pure: who draws says how wide texts are. */
import type { Collection, CollectionType } from '../../api/collections'
import type { FieldType } from '../../api/fields'
import { openWrites } from '../../lib/writers'
import { marksOf, type Mark } from './graph'
import type { Box } from './boxes'

/** How wide a text is, in pixels. */
export type Measure = (text: string, isBold: boolean) => number

export const HEAD = 34
export const ROW = 22
export const ICON = 14
export const EDGE = 10
const TAIL = 6
/** Between two lines that end at the same side, and before the first. */
export const STEP = 12
export const TOP = 12
/** For so many lines a box that is its name alone grows; more of them stand closer. */
const MOST_LINES = 12
const NARROWEST = 140
const WIDEST = 300

/** What the pictures of the drawing are called. */
export type Sign = FieldType | 'key' | `is-${CollectionType}` | Mark | 'open'

export interface Row {
  name: string
  /** As much of it as fits in, and how wide that is. */
  text: string
  textWidth: number
  sign: Sign
  marks: Mark[]
  /** The middle of the row, from the top of the box. */
  y: number
}

export interface Shape extends Box {
  collection: Collection
  text: string
  /** How wide that is, in its usual size. */
  textWidth: number
  /** Beside the name: system, and that everyone may write. */
  marks: Sign[]
  rows: Row[]
}

/** With its fields; or with its name alone, high enough for the lines at one of its sides. */
export function shapeOf(collection: Collection, measure: Measure, isDetailed: boolean, lines = 0): Shape {
  const marks: Sign[] = [...(collection.system ? (['system'] as const) : []), ...(openWrites(collection).length > 0 ? (['open'] as const) : [])]
  const rows = isDetailed ? rowsOf(collection) : []
  const needs = [
    around(marks.length) + measure(collection.name, true),
    ...rows.map((row) => around(row.marks.length) + measure(row.name, false)),
  ]
  const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, ...needs)))
  const text = cut(collection.name, width - around(marks.length), (some) => measure(some, true))
  return {
    id: collection.id,
    collection,
    width,
    height: rows.length > 0 ? HEAD + rows.length * ROW + TAIL : Math.max(HEAD, 2 * TOP + (Math.min(lines, MOST_LINES) - 1) * STEP),
    text,
    textWidth: measure(text, true),
    marks,
    rows: rows.map((row) => {
      const text = cut(row.name, width - around(row.marks.length), (some) => measure(some, false))
      return { ...row, text, textWidth: measure(text, false) }
    }),
  }
}

function rowsOf({ fields, indexes }: Collection): Omit<Row, 'text' | 'textWidth'>[] {
  return fields.map((field, at) => ({
    name: field.name,
    sign: field.type === 'text' && field.primaryKey ? 'key' : field.type,
    marks: marksOf(field, indexes),
    y: HEAD + TAIL / 2 + at * ROW + ROW / 2,
  }))
}

/** What stands beside a name: the picture before it, the marks behind it. */
function around(marks: number): number {
  return EDGE + ICON + 8 + (marks > 0 ? 8 + marks * (ICON + 2) - 2 : 0) + EDGE
}

/** As much of a text as there is room for. */
export function cut(text: string, room: number, measure: (text: string) => number): string {
  if (measure(text) <= room + 0.5) return text
  const letters = [...text]
  let [fits, most] = [0, letters.length]
  while (fits < most) {
    const middle = Math.ceil((fits + most) / 2)
    if (measure(`${letters.slice(0, middle).join('')}…`) <= room) fits = middle
    else most = middle - 1
  }
  return `${letters.slice(0, fits).join('')}…`
}
