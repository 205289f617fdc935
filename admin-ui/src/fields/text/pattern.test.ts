import { expect, test } from 'vitest'
import { fits } from './pattern'

test('a text fits a pattern anywhere, unless the pattern says where', () => {
  expect(fits('[0-9]+', 'room 12')).toBe(true)
  expect(fits('^[0-9]+$', 'room 12')).toBe(false)
  expect(fits('^\\p{L}+$', 'Łódź')).toBe(true)
})

test('of what only the server understands nothing is said', () => {
  expect(fits('(?i)^abc$', 'ABC')).toBe(undefined)
  expect(fits('[', 'a')).toBe(undefined)
})
