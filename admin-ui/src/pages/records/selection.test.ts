import { expect, test } from 'vitest'
import { Selection } from './selection.svelte'

test('some are selected by their ids', () => {
  const selection = new Selection()
  selection.set(['a', 'b', 'c'], true)
  selection.toggle('b')
  expect([selection.ids, selection.count(9), selection.has('a'), selection.has('b')]).toEqual([['a', 'c'], 2, true, false])
})

test('all are selected but for some', () => {
  const selection = new Selection()
  selection.toggle('a')
  selection.all()
  selection.toggle('b')
  selection.set(['c', 'd'], false)
  selection.toggle('d')
  expect([selection.has('a'), selection.has('b'), selection.count(10)]).toEqual([true, false, 8])
  expect([selection.ids, selection.except]).toEqual([[], ['b', 'c']])
  selection.clear()
  expect([selection.count(10), selection.has('a')]).toEqual([0, false])
})
