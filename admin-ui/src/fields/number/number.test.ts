import { expect, test } from 'vitest'
import { readNumber } from './number'

test('numbers are read as they are typed', () => {
  expect(['12', '-1.5', '+3', '.5', '1e3', '12 345', '1_000', ''].map(readNumber)).toEqual([
    12, -1.5, 3, 0.5, 1000, 12345, 1000, 0,
  ])
})

test('what may mean two things is none', () => {
  for (const text of ['1,5', '1.000,5', '0x10', 'twelve', '1e999', '--1', '-']) expect(readNumber(text), text).toBe(undefined)
})
