import { expect, test } from 'vitest'
import type { Collection } from '../api/collections'
import { schemaDiff } from './schema-diff'
import { readSchema, schemaText } from './schema-text'

const posts = {
  id: 'p', name: 'posts', type: 'base', system: false, listRule: null, indexes: [], created: '1', updated: '2',
  fields: [
    { id: 'i', name: 'id', type: 'text', system: true },
    { id: 't', name: 'title', type: 'text', min: 0 },
    { id: 'b', name: 'body', type: 'editor' },
  ],
} as unknown as Collection
const tags = { ...posts, id: 'g', name: 'tags' } as Collection

test('what was exported changes nothing where it comes from', () => {
  const read = readSchema(schemaText([posts, tags]))
  if (!('collections' in read)) throw new Error(read.fault)
  expect(schemaDiff([posts, tags], read.collections, true).map(({ kind }) => kind)).toEqual(['same', 'same'])
  expect(schemaText([posts])).not.toContain('created')
})

test('what comes, changes and goes is told by collection and field', () => {
  const described = [
    { name: 'posts', listRule: '', fields: [{ id: 't', name: 'label', type: 'text', min: 3 }] },
    { name: 'new', fields: [{ name: 'x', type: 'bool' }] },
  ]
  const read = readSchema(JSON.stringify(described))
  if (!('collections' in read)) throw new Error(read.fault)
  const told = schemaDiff([posts, tags], read.collections, true).map(({ name, kind, changes }) => [
    name, kind, ...changes.map((one) => `${one.kind} ${one.what} ${one.detail}`),
  ])
  expect(told).toEqual([
    ['tags', 'removed'],
    ['posts', 'changed', 'changed listRule superusers only → everyone', 'changed title name "title" → "label", min 0 → 3', 'removed body editor'],
    ['new', 'added', 'added x bool'],
  ])
  expect(schemaDiff([posts, tags], read.collections, false).map(({ kind }) => kind)).toEqual(['changed', 'added'])
})

test('a text that is no schema is told apart', () => {
  const fault = (text: string) => (readSchema(text) as { fault?: string }).fault
  expect(fault('{')).toMatch(/^It is no JSON/)
  expect(fault('[]')).toBe('There is no collection in it.')
  expect(fault('[{"name":"a"},{}]')).toBe('Entry 2 is no collection: it has no name.')
  expect(fault('[{"name":"a"},{"name":"a"}]')).toBe('a is there twice.')
  expect(fault('[{"name":"a","fields":[{}]}]')).toMatch(/^The fields of a/)
  expect(fault('{"items":[{"name":"a"}]}')).toBeUndefined()
})
