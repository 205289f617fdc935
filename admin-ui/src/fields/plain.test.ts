import { expect, test } from 'vitest'
import type { Field } from '../api/fields'
import { isEditedInPlace, isPasted, plainOf, readPlain } from './plain'

const field = (type: string, more = {}) => ({ name: 'f', type, ...more }) as unknown as Field
const kind = field('select', { values: ['a', 'b', 'c'], maxSelect: 1 })
const kinds = field('select', { values: ['a', 'b', 'c'], maxSelect: 2 })

test('values come back from their plain text', () => {
  for (const [value, of] of [
    ['some text', field('text')],
    [-1.5, field('number')],
    [true, field('bool')],
    [false, field('bool')],
    ['2024-05-01 10:00:00.000Z', field('date')],
    ['', field('date')],
    ['b', kind],
    [['a', 'c'], kinds],
    [['id1', 'id2'], field('relation', { maxSelect: 3 })],
    ['id1', field('relation', { maxSelect: 1 })],
    [{ a: [1] }, field('json')],
  ] as const) {
    expect(readPlain(plainOf(value, of), of)).toEqual({ value })
  }
})

test('what means nothing is told', () => {
  expect(readPlain('many', field('number'))).toEqual({ fault: 'This is no number.' })
  expect(readPlain('perhaps', field('bool'))).toEqual({ fault: 'This is neither true nor false.' })
  expect(readPlain('some day', field('date'))).toHaveProperty('fault')
  expect(readPlain('d', kind)).toEqual({ fault: '“d” is none of a, b, c.' })
  expect(readPlain('a, d', kinds)).toEqual({ fault: '“d” is none of a, b, c.' })
  expect(readPlain('a, b, c', kinds)).toEqual({ fault: 'At most 2 can be chosen.' })
  expect(readPlain('{', field('json'))).toEqual({ fault: 'This is no JSON.' })
})

test('a day is a day as the clocks are here', () => {
  expect(readPlain('2024-05-01', field('date'))).toEqual({ value: new Date(2024, 4, 1).toISOString().replace('T', ' ') })
  expect(readPlain('2024-05-01 12:30', field('date'))).toEqual({ value: new Date(2024, 4, 1, 12, 30).toISOString().replace('T', ' ') })
})

test('keys and secrets are not changed so', () => {
  expect(isEditedInPlace(field('text', { primaryKey: true }))).toBe(false)
  expect(isPasted(field('text', { name: 'tokenKey' }))).toBe(false)
  expect([field('password'), field('file'), field('autodate')].map(isPasted)).toEqual([false, false, false])
  expect(plainOf('secret', field('password'))).toBe('')
})
