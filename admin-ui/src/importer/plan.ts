/** Which column of a file goes where, and the rows that come of it. */
import { isMultiple, type Field, type FieldType } from '../api/fields'
import { newField } from '../pages/collection/new-field'
import { convert } from './convert'
import type { Guess, GuessedType, Reading } from './guess'
import { fieldName } from './names'
import type { SourceRow } from './reading/rows'

/** Where a column goes: to a field, to a new one, or nowhere. */
export type Target = { to: 'field'; name: string } | { to: 'new'; name: string; type: GuessedType } | { to: 'out' }

export interface Choice {
  target: Target
  reading: Reading
  /** For a relation: the field of the other collection that the values are of; empty for its ids. */
  by: string
}

/** What one column becomes, as the worker needs it. */
export interface Step {
  /** The place of the column. */
  at: number
  name: string
  type: FieldType
  isMultiple: boolean
  reading: Reading
  /** The id of the record that a value stands for. */
  ids?: Map<string, string>
  /** What such a value is called, for whoever reads why there is none. */
  of?: string
}

export interface Plan {
  steps: Step[]
  isCells: boolean
  /** Whether rows without an id get one here: a row that is sent again is then the same one. */
  makesIds: boolean
}

/** Whether an import can put values into a field. */
export function isFilled(field: Field): boolean {
  return field.type !== 'file' && field.name !== 'tokenKey'
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** Whether the ids of a collection are those that every collection has at first. */
export function hasDefaultIds(fields: readonly Field[]): boolean {
  const id = fields.find(({ name }) => name === 'id')
  return id?.type === 'text' && id.min === 15 && id.max === 15 && id.pattern === '^[a-z0-9]+$'
}

/** A column's field by its name: letter by letter, else without case, spaces and underscores. Each field is taken once. */
export function match(columns: readonly string[], fields: readonly Field[]): (Field | undefined)[] {
  const left = new Set(fields.filter(isFilled))
  const take = (test: (field: Field) => boolean): Field | undefined => {
    const found = [...left].find(test)
    if (found) left.delete(found)
    return found
  }
  const exact = columns.map((column) => take(({ name }) => name === column))
  return columns.map((column, at) => exact[at] ?? (plain(column) === '' ? undefined : take(({ name }) => plain(name) === plain(column))))
}

/** How a column's values are read for a field, as far as they tell it. */
export function readingFor(type: FieldType, multiple: boolean, guess: Guess, isCells: boolean): Reading {
  if (type === 'date' || type === 'autodate') return guess.type === 'date' ? guess.reading : guess.type === 'number' ? secondsOf(guess) : 'plain'
  if (type === 'number') return guess.type === 'number' ? guess.reading : 'plain'
  if ((type === 'select' || type === 'relation') && multiple && isCells) return guess.type === 'select' ? 'plain' : 'list,'
  return 'plain'
}

/** Numbers for a date are seconds since 1970; thirteen digits are milliseconds. */
function secondsOf({ longest }: Guess): Reading {
  return longest >= 12 ? 'millis' : 'seconds'
}

/** The first choices for a collection that is there. */
export function choicesFor(columns: readonly string[], guesses: readonly Guess[], fields: readonly Field[], isCells: boolean): Choice[] {
  return match(columns, fields).map((field, at) => {
    const guess = guesses[at]
    // Numbers of another database are no ids of records.
    const isStrange = field?.type === 'text' && field.primaryKey && !guess?.isIds && hasDefaultIds(fields)
    if (!field || !guess || isStrange) return { target: { to: 'out' }, reading: 'plain', by: '' }
    return { target: { to: 'field', name: field.name }, reading: readingFor(field.type, isMultiple(field), guess, isCells), by: '' }
  })
}

/** The first choices for a new collection, which has `id`, `created` and `updated`. */
export function choicesForNew(columns: readonly string[], guesses: readonly Guess[]): Choice[] {
  const taken = new Set(['id', 'created', 'updated'])
  return columns.map((column, at) => {
    const guess = guesses[at]
    if (!guess) return { target: { to: 'out' }, reading: 'plain', by: '' }
    const { type, reading } = guess
    const isOwn = (column === 'id' && guess.isIds) || ((column === 'created' || column === 'updated') && type === 'date')
    if (isOwn) return { target: { to: 'field', name: column }, reading, by: '' }
    const name = fieldName(column, taken)
    taken.add(name.toLowerCase())
    return { target: { to: 'new', name, type }, reading, by: '' }
  })
}

/** The field that a new column becomes, with room for all its values. */
export function fieldFor(name: string, type: GuessedType, guess: Guess): Field {
  const field = newField(type, name)
  const room = Math.ceil(guess.longest * 1.2)
  if (field.type === 'select') return { ...field, values: guess.values, maxSelect: Math.max(1, guess.most) }
  if (field.type === 'text') return room > 5_000 ? { ...field, max: room } : field
  if (field.type === 'json' || field.type === 'editor') return room > 1_000_000 ? { ...field, maxSize: room * 4 } : field
  return field
}

/** What is wrong with the choices, as sentences by the place of their column. */
export function faultsOf(choices: readonly Choice[], existing: readonly string[]): Map<number, string> {
  const faults = new Map<number, string>()
  const seen = new Map<string, number>()
  const there = new Set(existing.map((name) => name.toLowerCase()))
  choices.forEach(({ target }, at) => {
    if (target.to === 'out') return
    const key = target.name.toLowerCase()
    if (target.to === 'new' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(target.name)) faults.set(at, 'A name has letters, digits and _, and begins with none of the digits.')
    else if (target.to === 'new' && there.has(key)) faults.set(at, `There is a field ${target.name} already.`)
    else if (seen.has(key)) faults.set(at, `Another column goes to ${target.name}.`)
    seen.set(key, at)
  })
  return faults
}

/** A row as a line of JSON; or why it is none. */
export function lineOf(row: SourceRow, plan: Plan, id: string): { text: string } | { fault: string } {
  if (row.fault !== undefined) return { fault: row.fault }
  const members: string[] = []
  let hasId = false
  for (const step of plan.steps) {
    let value = convert(row.values[step.at], step, step.reading, plan.isCells)
    if (value === undefined) continue
    if (step.ids) {
      const found = idsFor(value, step)
      if ('missing' in found) return { fault: `${step.name}: ${found.missing}` }
      value = found.value
    }
    // Put together by hand: a key such as `__proto__` is a key like any other.
    members.push(`${JSON.stringify(step.name)}:${JSON.stringify(value)}`)
    hasId ||= step.name === 'id'
  }
  if (members.length === 0) return { fault: 'The row has no value in any of the chosen columns.' }
  if (plan.makesIds && !hasId) members.push(`"id":"${id}"`)
  return { text: `{${members.join(',')}}` }
}

function idsFor(value: unknown, step: Step): { value: unknown } | { missing: string } {
  const wanted = (Array.isArray(value) ? value : [value]).map(String)
  const ids: string[] = []
  for (const one of wanted) {
    const id = step.ids?.get(one)
    if (id === undefined) return { missing: `There is no ${step.of ?? 'record'} “${one}”.` }
    if (id === '') return { missing: `There are several ${step.of ?? 'record'} “${one}”.` }
    ids.push(id)
  }
  return { value: Array.isArray(value) ? ids : ids[0] }
}

/** A record id that grows with time, as the server makes them: 8 characters of base-36 milliseconds, 7 random ones. */
export function newId(now: number): string {
  const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'
  let id = now.toString(36).padStart(8, '0')
  while (id.length < 15) {
    for (const byte of crypto.getRandomValues(new Uint8Array(16))) {
      // What is beyond the last whole 36 would favour some.
      if (byte < 252 && id.length < 15) id += DIGITS.charAt(byte % 36)
    }
  }
  return id
}
