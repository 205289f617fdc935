import { expect, test } from 'vitest'
import type { Collection } from '../../../api/collections'
import type { Field } from '../../../api/fields'
import { newField } from '../new-field'
import { losses, mend, mentions } from './plan'

const field = (type: Field['type'], name: string): Field => newField(type, name)

function collection(name: string, fields: Field[], rest: Partial<Collection> = {}): Collection {
  return { id: `id_${name}`, name, type: 'base', fields, indexes: [], ...rest } as Collection
}

test('what is lost is counted by a filter', () => {
  const gone = (before: Field) => losses([{ before, after: undefined }])[0]?.filter
  expect(gone(field('text', 'a'))).toBe('a != ""')
  expect(gone(field('number', 'a'))).toBe('a != 0')
  expect(gone(field('password', 'a'))).toBe('')
  const many = { ...field('select', 'a'), maxSelect: 3 } as Field
  expect(gone(many)).toBe('a:length > 0')
  expect(losses([{ before: many, after: field('select', 'a') }])).toEqual([
    { field: 'a', kind: 'narrowed', filter: 'a:length > 1' },
  ])
  expect(losses([{ before: field('text', 'a'), after: field('text', 'b') }])).toEqual([])
})

test('rules, indexes and queries that name a renamed field are found, and most of them mended', () => {
  const [title, label] = [field('text', 'title'), field('text', 'label')]
  const posts = collection('posts', [title], { listRule: 'title != ""', indexes: ['CREATE INDEX title_i ON posts (title, x)'] })
  const view = collection('heads', [], { type: 'view', viewQuery: 'SELECT id, title FROM posts' })
  const found = mentions(posts, posts, [{ before: title, after: label }], [posts, view])
  expect(found.map(({ what, edits }) => [what, edits?.length])).toEqual([
    ['the rule “List” of posts', 1],
    ['the query of heads', undefined],
    ['the index title_i', 1],
  ])
  expect(mend(posts, found)).toEqual([])
  expect([posts.listRule, posts.indexes]).toEqual(['label != ""', ['CREATE INDEX title_i ON posts (label, x)']])
})

test('two renames in one rule of another collection are one change', () => {
  const [a, b, c] = [field('text', 'a'), field('text', 'b'), field('text', 'c')]
  const posts = collection('posts', [a, b])
  const other = collection('other', [], { updateRule: '@collection.posts.a = @collection.posts.b' })
  const found = mentions(posts, posts, [{ before: a, after: b }, { before: b, after: c }], [posts, other])
  expect(mend(posts, found)).toEqual([{ id: 'id_other', name: 'other', change: { updateRule: '@collection.posts.b = @collection.posts.c' } }])
})

test('an index on a field that goes, goes with it', () => {
  const title = field('text', 'title')
  const posts = collection('posts', [title], { viewRule: 'title != ""', indexes: ['CREATE INDEX i ON posts (title)'] })
  const found = mentions(posts, posts, [{ before: title, after: undefined }], [posts])
  mend(posts, found)
  expect([posts.viewRule, posts.indexes]).toEqual(['title != ""', []])
})
