import { expect, test } from 'vitest'
import { placeAfter } from './grid-keys'

test('keys go from cell to cell, and no further than the last', () => {
  const from = { row: 1, column: 1 }
  const to = (key: string) => placeAfter(key, from, 5, 3)
  expect(to('ArrowDown')).toEqual({ row: 2, column: 1 })
  expect(to('ArrowLeft')).toEqual({ row: 1, column: 0 })
  expect(to('End')).toEqual({ row: 1, column: 2 })
  expect(to('PageDown')).toEqual({ row: 4, column: 1 })
  expect(placeAfter('ArrowRight', { row: 0, column: 2 }, 5, 3)).toEqual({ row: 0, column: 2 })
  expect(placeAfter('ArrowUp', { row: 0, column: 2 }, 0, 0)).toEqual({ row: 0, column: 0 })
  expect(to('a')).toBeUndefined()
})
