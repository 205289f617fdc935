import { expect, test } from 'vitest'
import { duration } from './times'

test('a span is said in the unit that fits', () => {
  const from = new Date(1_000)
  expect(duration(from, new Date(1_012))).toBe('12 ms')
  expect(duration(from, new Date(4_440))).toBe('3.4 s')
  expect(duration(from, new Date(121_000))).toBe('2 min')
  expect(duration(from, undefined)).toBe('')
})
