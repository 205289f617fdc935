import { expect, test } from 'vitest'
import { forInput, fromInput } from './time'

test('a time comes back as the same instant', () => {
  for (const text of ['2024-05-01 10:00:00.000Z', '1999-12-31 23:59:59.000Z', '2024-02-29 00:00:01.000Z']) {
    expect(fromInput(forInput(new Date(text.replace(' ', 'T'))))).toBe(text)
  }
})

test('nothing is nothing', () => {
  expect(fromInput('')).toBe('')
})
