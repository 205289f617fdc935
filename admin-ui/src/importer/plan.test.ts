import { describe, expect, it } from 'vitest'
import type { Field } from '../api/fields'
import { newField } from '../pages/collection/new-field'
import { Observer } from './guess'
import { choicesFor, choicesForNew, faultsOf, hasDefaultIds, lineOf, match, newId, type Choice, type Plan, type Step } from './plan'

const id: Field = { ...newField('text', 'id'), type: 'text', min: 15, max: 15, pattern: '^[a-z0-9]+$', autogeneratePattern: '[a-z0-9]{15}', primaryKey: true }

function guesses(...columns: unknown[][]) {
  return columns.map((values) => {
    const observer = new Observer(true)
    for (const value of values) observer.see(value)
    return observer.guess(values.length)
  })
}

const step = (at: number, name: string, more: Partial<Step> = {}): Step => ({ at, name, type: 'text', isMultiple: false, reading: 'plain', ...more })
const plan = (...steps: Step[]): Plan => ({ steps, isCells: true, makesIds: true })

describe('columns and fields', () => {
  it('find each other letter by letter, else without case, spaces and underscores', () => {
    const fields = [newField('text', 'firstName'), newField('text', 'first_name'), newField('file', 'photo'), newField('url', 'site')]
    expect(match(['First Name', 'first_name', 'photo', 'SITE', ' '], fields).map((field) => field?.name)).toEqual(['firstName', 'first_name', undefined, 'site', undefined])
  })

  it('leave out ids that are none of records', () => {
    const columns = ['id', 'title']
    const to = (values: string[]) => choicesFor(columns, guesses(values, ['x']), [id, newField('text', 'title')], true)[0]?.target
    expect(to(['17', '18'])).toEqual({ to: 'out' })
    expect(to(['abcdefghij12345'])).toEqual({ to: 'field', name: 'id' })
    expect(hasDefaultIds([id])).toBe(true)
  })

  it('become fields of a new collection, whatever they are called', () => {
    const columns = ['id', 'First name', 'first_name', '1st', '__proto__', 'created', '日本', 'a@b']
    const all = guesses(['17'], ['x'], ['x'], ['1'], ['x'], ['2024-01-01'], ['x'], ['x'])
    const names = choicesForNew(columns, all).map(({ target }) => (target.to === 'out' ? '' : target.name))
    expect(names).toEqual(['source_id', 'First_name', 'first_name_2', '_1st', '__proto__', 'created', 'column', 'a_b'])
  })

  it('tell what cannot be', () => {
    const choice = (target: Choice['target']): Choice => ({ target, reading: 'plain', by: '' })
    const choices = [choice({ to: 'field', name: 'a' }), choice({ to: 'field', name: 'a' }), choice({ to: 'new', name: '1x', type: 'text' }), choice({ to: 'new', name: 'A', type: 'text' })]
    expect([...faultsOf(choices, ['a']).keys()]).toEqual([1, 2, 3])
  })
})

describe('a row', () => {
  it('becomes a line of JSON with an id of its own', () => {
    const row = { line: 2, values: ['<b>x</b>', '', '"\n'] }
    expect(lineOf(row, plan(step(0, '__proto__'), step(1, 'none'), step(2, 'quoted')), 'abcdefghij12345')).toEqual({
      text: '{"__proto__":"<b>x</b>","quoted":"\\"\\n","id":"abcdefghij12345"}',
    })
    expect(lineOf({ line: 2, values: ['own00own00own00'] }, plan(step(0, 'id')), 'x')).toEqual({ text: '{"id":"own00own00own00"}' })
  })

  it('says why it is none', () => {
    expect(lineOf({ line: 2, values: ['x'], fault: 'Ragged.' }, plan(step(0, 'a')), 'x')).toEqual({ fault: 'Ragged.' })
    expect(lineOf({ line: 2, values: ['', 'x'] }, plan(step(0, 'a')), 'x')).toHaveProperty('fault')
  })

  it('points to records by the value of a field, where there is one and only one', () => {
    const by = step(0, 'author', { type: 'relation', ids: new Map([['Ann', 'annannannannann'], ['Bob', '']]), of: { collection: 'authors', by: 'name' } })
    expect(lineOf({ line: 1, values: ['Ann'] }, plan(by), 'x')).toEqual({ text: '{"author":"annannannannann","id":"x"}' })
    expect(lineOf({ line: 1, values: ['Bob'] }, plan(by), 'x')).toEqual({ fault: 'author: Several records of authors have “Bob” as their name.' })
    expect(lineOf({ line: 1, values: ['Eve'] }, plan(by), 'x')).toEqual({ fault: 'author: No record of authors has “Eve” as its name.' })
  })
})

it('new ids have the form of records, and differ', () => {
  const ids = new Set(Array.from({ length: 1_000 }, () => newId(1_700_000_000_000)))
  expect(ids.size).toBe(1_000)
  for (const one of ids) expect(one).toMatch(/^[a-z0-9]{15}$/)
})
