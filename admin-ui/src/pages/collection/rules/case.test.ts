import { expect, test } from 'vitest'
import { isCase, questionOf, readBody, type Case } from './case'

const one: Case = {
  operation: 'update', caller: { collection: 'users', id: 'u1', text: 'Ann' }, record: { id: 'p1', text: 'Hammer' },
  body: { title: 'New' }, query: {}, headers: {},
}

test('a question has what its operation needs', () => {
  expect(questionOf(one, 'a = 1')).toEqual({
    operation: 'update', caller: { collection: 'users', id: 'u1' }, record: 'p1', rule: 'a = 1', body: { title: 'New' },
    query: {}, headers: {},
  })
  expect(questionOf({ ...one, operation: 'create' }, null)).not.toHaveProperty('record')
  expect(questionOf({ ...one, operation: 'create' }, null)).toHaveProperty('rule', null)
  expect(questionOf({ ...one, operation: 'delete' })).not.toHaveProperty('body')
  expect(questionOf({ ...one, operation: 'delete' })).not.toHaveProperty('rule')
  // Whoever signs in is nobody yet.
  expect(questionOf({ ...one, operation: 'auth' }).caller).toBe(null)
})

test('a body is an object', () => {
  expect(readBody(' ')).toEqual({ body: {} })
  expect(readBody('{"a": 1}')).toEqual({ body: { a: 1 } })
  for (const text of ['[1]', 'null', '{', '"a"']) expect(readBody(text)).toHaveProperty('fault')
})

test('what others wrote is no case', () => {
  expect(isCase(one)).toBe(true)
  expect(isCase({ ...one, caller: null, record: null })).toBe(true)
  for (const wrong of [null, 1, {}, { ...one, operation: 'drop' }, { ...one, caller: { id: 1 } }, { ...one, query: { a: 1 } }]) {
    expect(isCase(wrong)).toBe(false)
  }
})
