import { expect, test } from 'vitest'
import { area, line } from './sparkline'

test('the greatest value touches the top and nothing is at the bottom', () => {
  expect(line([0, 10, 5], 100, 48)).toBe('M0 47L50 1L100 24')
  expect(area([0, 10, 5], 100, 48)).toBe('M0 47L50 1L100 24V48H0Z')
})

test('small counts stay small, and nothing at all is a level line', () => {
  expect(line([0, 0], 100, 48)).toBe('M0 47L100 47')
  expect(line([0.5, 0], 100, 48)).toBe('M0 24L100 47')
})

test('one value is a level line, and none is no line', () => {
  expect(line([3], 100, 48)).toBe('M0 1H100')
  expect([line([], 100, 48), area([], 100, 48)]).toEqual(['', ''])
})
