import { expect, test } from 'vitest'
import type { Collection } from '../api/collections'
import { ranked } from './palette'
import { openWrites } from './writers'

test('what begins with the words comes first, letters may be left out', () => {
  const found = (words: string) => ranked(['New collection', 'films', 'New record of films', 'Export collections'].map((label) => ({ label })), words)
  expect(found('film').map(({ label }) => label)).toEqual(['films', 'New record of films'])
  expect(found('n coll').map(({ label }) => label)).toEqual(['New collection', 'Export collections'])
  expect(found('nrf').map(({ label }) => label)).toEqual(['New record of films'])
  expect(found('zzz')).toEqual([])
  expect(found('')).toHaveLength(4)
})

test('what everyone may write is told; signing up is no such thing', () => {
  const rules = { createRule: '', updateRule: null, deleteRule: ' ' }
  expect(openWrites({ type: 'base', ...rules } as Collection)).toEqual(['create', 'delete'])
  expect(openWrites({ type: 'auth', ...rules } as Collection)).toEqual(['delete'])
})
