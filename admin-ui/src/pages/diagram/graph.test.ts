import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Collection } from '../../api/collections'
import { graphOf, marksOf, merged, neighboursOf, told } from './graph'
import { cellsOf, isOf, openOnes, withRules } from './rules'
import { findIn } from './search'

const REAL = JSON.parse(readFileSync('../tests/data/collections.json', 'utf8')) as Collection[]
const called = (name: string): Collection => {
  const found = REAL.find((one) => one.name === name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}
const nameOf = (id: string): string => REAL.find((one) => one.id === id)?.name ?? ''

test('each relation is an edge, and each view leads to what it is made of', () => {
  const { edges } = graphOf(REAL)
  const demo4 = edges.filter(({ from, to }) => nameOf(from) === 'demo4' && nameOf(to) === 'demo3').map(({ field, many, required, cascade }) => [field?.name, many, required, cascade])
  expect(demo4).toEqual([
    ['rel_one_no_cascade', false, false, false], ['rel_one_no_cascade_required', false, true, false], ['rel_one_cascade', false, false, true],
    ['rel_many_no_cascade', true, false, false], ['rel_many_no_cascade_required', true, true, false], ['rel_many_cascade', true, false, true],
    ['rel_one_unique', false, false, false], ['rel_many_unique', true, false, false],
  ])
  expect(edges.filter(({ field }) => !field).map((edge) => told(edge, nameOf))).toEqual([
    'view1 is made of demo1', 'view2 is made of view1', 'numeric_id_view is made of clients',
  ])
})

test('what leads to a collection that is not shown is left out', () => {
  expect(graphOf([called('users')]).edges).toEqual([])
})

test('lines between names that say the same are one', () => {
  const edges = merged(graphOf([called('demo3'), called('demo4')]).edges.filter(({ to }) => nameOf(to) === 'demo3'))
  expect(edges.map(({ field }) => field?.name)).toEqual([
    'rel_one_no_cascade, rel_one_unique', 'rel_one_no_cascade_required', 'rel_one_cascade', 'rel_many_no_cascade, rel_many_unique',
    'rel_many_no_cascade_required', 'rel_many_cascade',
  ])
})

test('neighbours are found in both directions', () => {
  const near = neighboursOf(called('demo1').id, graphOf(REAL).edges)
  expect([...near].map(nameOf).sort()).toEqual(['demo1', 'users', 'view1'])
})

test('fields are marked by what they are beyond their type', () => {
  const { fields, indexes } = called('users')
  const marks = Object.fromEntries(fields.map((field) => [field.name, marksOf(field, indexes)]))
  expect(marks.id).toEqual(['required', 'unique', 'system'])
  expect(marks.tokenKey).toEqual(['required', 'unique', 'hidden', 'system'])
  expect(marks.avatar).toEqual([])
})

test('what is searched for is a collection or a field, collections by their own name first', () => {
  const found = findIn(REAL, ' DEMO4 ')
  expect([...(found ?? [])].map(([id, fields]) => [nameOf(id), fields.size])).toEqual([['demo4', 0]])
  const fields = findIn(REAL, 'rel_one')
  expect([...(fields?.keys() ?? [])].map(nameOf)).toEqual(['demo1', 'demo4', 'demo5', 'view1'])
  expect(fields?.get(called('demo5').id)).toEqual(new Set(['rel_one']))
  expect([...(findIn([called('users'), { ...called('demo2'), name: 'username_log' }], 'username')?.keys() ?? [])].map(nameOf)).toEqual(['demo2', 'users'])
  expect(findIn(REAL, '  ')).toBeUndefined()
})

test('the rules of a collection are told by their names, and what everyone may write is marked', () => {
  expect(cellsOf(called('demo2')).map((cell) => cell && [cell.state, cell.isOpen])).toEqual([
    ['everyone', false], ['everyone', false], ['everyone', true], ['everyone', true], ['everyone', true], undefined, undefined,
  ])
  expect(cellsOf(called('view2')).filter(Boolean)).toHaveLength(2)
  expect(cellsOf(called('clients')).map((cell) => cell?.state)).toEqual(['superusers', 'superusers', 'superusers', 'superusers', 'superusers', 'custom', 'superusers'])
  expect(openOnes(REAL.filter(({ system }) => !system))).toEqual(['create users', 'create demo2', 'update demo2', 'delete demo2', 'delete demo4'])
})

test('collections are found by a kind of rule', () => {
  const names = (who: 'all' | 'superusers' | 'custom'): string[] => withRules(REAL.filter(({ system }) => !system), who).map(({ name }) => name)
  expect(names('superusers')).toEqual(['users', 'demo1', 'clients'])
  expect(names('custom')).toEqual(['users', 'demo3', 'demo4', 'clients', 'demo5', 'view1'])
  expect(names('all')).toHaveLength(10)
  const [list] = cellsOf(called('demo1'))
  expect([isOf('superusers', list), isOf('all', list), isOf('superusers', undefined)]).toEqual([true, false, false])
})
