import { expect, test } from 'vitest'
import { directionOf, withSort } from './sort'

test('clicks go up, down, and back to no order', () => {
  expect(withSort('', 'a', false)).toBe('a')
  expect(withSort('a', 'a', false)).toBe('-a')
  expect(withSort('-a', 'a', false)).toBe('')
  expect(withSort('-b', 'a', false)).toBe('a')
})

test('a further key keeps the others in their place', () => {
  expect(withSort('-b', 'a', true)).toBe('-b,a')
  expect(withSort('a,-b', 'a', true)).toBe('-a,-b')
  expect(withSort('-a,-b', 'a', true)).toBe('-b')
})

test('an order says of a name where it goes', () => {
  expect([directionOf('+a, -b', 'a'), directionOf('+a, -b', 'b'), directionOf('+a', 'c')]).toEqual(['up', 'down', undefined])
})
