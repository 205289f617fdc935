import { expect, test } from 'vitest'
import type { Field } from '../api/fields'
import { clauseOf, operatorsOf, withClause } from './clause'

const field = (more: object) => ({ id: 'f', name: 'f', system: false, hidden: false, presentable: false, ...more }) as Field

function clause(more: object, label: string, typed = ''): string | undefined {
  const operator = operatorsOf(field(more)).find((one) => one.label === label)
  return operator && clauseOf('f', operator, typed)
}

test('a condition is of the type of its field', () => {
  expect(clause({ type: 'text' }, 'contains', 'a "b"')).toBe('f ~ "a \\"b\\""')
  expect(clause({ type: 'number' }, 'is at least', '-1.5')).toBe('f >= -1.5')
  expect(clause({ type: 'bool' }, 'is yes')).toBe('f = true')
  expect(clause({ type: 'date' }, 'is since', '2024-05-01T10:00:00Z')).toBe('f >= "2024-05-01 10:00:00.000Z"')
  expect(clause({ type: 'select', maxSelect: 1 }, 'is', 'open')).toBe('f = "open"')
  expect(clause({ type: 'select', maxSelect: 3 }, 'has', 'open')).toBe('f:each ?= "open"')
  expect(operatorsOf(field({ type: 'password' }))).toEqual([])
})

test('what means nothing is no condition', () => {
  expect(clause({ type: 'number' }, 'is', 'many')).toBeUndefined()
  expect(clause({ type: 'date' }, 'is since', 'soon')).toBeUndefined()
  expect(clause({ type: 'text' }, 'is', ' ')).toBeUndefined()
})

test('a further condition holds beside the whole filter', () => {
  expect(withClause('', 'b = 1')).toBe('b = 1')
  expect(withClause('a = 1', 'b = 1')).toBe('a = 1 && b = 1')
  expect(withClause('a = 1 || c = 1', 'b = 1')).toBe('(a = 1 || c = 1) && b = 1')
  expect(withClause('a = 1 // one', 'b = 1')).toBe('(a = 1 // one\n) && b = 1')
})
