import { expect, test } from 'vitest'
import { scrollTo, windowOf } from './window'

test('the rows in view are drawn, with some beyond the edges', () => {
  expect(windowOf(1000, 36, 0, 360)).toEqual({ height: 36_000, first: 0, end: 16, offset: 0 })
  expect(windowOf(1000, 36, 3600, 360)).toEqual({ height: 36_000, first: 94, end: 116, offset: 94 * 36 })
})

test('a short list ends with its last row', () => {
  expect(windowOf(3, 36, 0, 360)).toEqual({ height: 108, first: 0, end: 3, offset: 0 })
  expect(windowOf(0, 36, 0, 360).end).toBe(0)
})

test('the end of a list of millions is reached, and every row on the way', () => {
  const [total, view] = [5_000_000, 800]
  const { height } = windowOf(total, 36, 0, view)
  const last = windowOf(total, 36, height - view, view)
  expect(last.end).toBe(total)
  // The last row ends where the view ends.
  expect(last.offset + (last.end - last.first) * 36).toBeCloseTo(height, 3)
  for (const index of [0, 1, 123_456, 2_500_000, 4_999_998, 4_999_999]) {
    const there = windowOf(total, 36, scrollTo(index, total, 36, 0, view), view)
    expect(there.first <= index && index < there.end, String(index)).toBe(true)
  }
})

test('a row that is in view stays where it is', () => {
  expect(scrollTo(101, 1000, 36, 3600, 360)).toBe(3600)
  expect(scrollTo(99, 1000, 36, 3600, 360)).toBe(99 * 36)
  expect(scrollTo(110, 1000, 36, 3600, 360)).toBe(111 * 36 - 360)
})
