import { expect, test } from 'vitest'
import { moved } from './order'

test('one of a list is moved, as far as the list goes', () => {
  const list = ['a', 'b', 'c']
  expect(moved(list, 0, 2)).toEqual(['b', 'c', 'a'])
  expect(moved(list, 2, 1)).toEqual(['a', 'c', 'b'])
  for (const [from, to] of [[0, 0], [0, -1], [2, 3], [-1, 1]] as const) expect(moved(list, from, to)).toBe(list)
})
