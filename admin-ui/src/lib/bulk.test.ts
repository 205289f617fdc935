import { expect, test } from 'vitest'
import type { Field } from '../api/fields'
import { bodyOf, deedsOf, isRepeatable } from './bulk'

const field = (more: object) => ({ id: 'f', name: 'f', system: false, hidden: false, presentable: false, ...more }) as Field

test('what can be done is of the type of the field', () => {
  expect(deedsOf(field({ type: 'text' }))).toEqual(['set', 'clear'])
  expect(deedsOf(field({ type: 'text', required: true }))).toEqual(['set'])
  expect(deedsOf(field({ type: 'number' }))).toEqual(['set', 'increase'])
  expect(deedsOf(field({ type: 'select', maxSelect: 3 }))).toEqual(['set', 'add', 'remove', 'clear'])
  expect(deedsOf(field({ type: 'relation', maxSelect: 1 }))).toEqual(['set', 'clear'])
  expect(deedsOf(field({ type: 'file', maxSelect: 1 }))).toEqual(['clear'])
})

test('keys, secrets and what the server writes are left alone', () => {
  expect(deedsOf(field({ type: 'text', primaryKey: true }))).toEqual([])
  expect(deedsOf({ ...field({ type: 'text' }), name: 'tokenKey' } as Field)).toEqual([])
  expect(deedsOf(field({ type: 'password' }))).toEqual([])
  expect(deedsOf(field({ type: 'autodate' }))).toEqual([])
})

test('what is added, taken out and increased is said so, for others may write meanwhile', () => {
  const many = field({ type: 'select', maxSelect: 3 })
  expect(bodyOf(many, 'set', ['a'])).toEqual({ f: ['a'] })
  expect(bodyOf(many, 'add', ['a'])).toEqual({ 'f+': ['a'] })
  expect(bodyOf(many, 'remove', ['a'])).toEqual({ 'f-': ['a'] })
  expect(bodyOf(many, 'clear', undefined)).toEqual({ f: [] })
  expect(bodyOf(field({ type: 'number' }), 'increase', -2)).toEqual({ 'f+': -2 })
  expect(bodyOf(field({ type: 'json' }), 'clear', undefined)).toEqual({ f: null })
  expect(bodyOf(field({ type: 'geoPoint' }), 'clear', undefined)).toEqual({ f: { lon: 0, lat: 0 } })
  expect([isRepeatable('set'), isRepeatable('increase')]).toEqual([true, false])
})
