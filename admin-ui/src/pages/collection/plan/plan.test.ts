import { expect, test } from 'vitest'
import type { Collection } from '../../../api/collections'
import type { Field } from '../../../api/fields'
import { newField } from '../new-field'
import { goes, mend, mentions, renameInSignIn, viewFollows } from './plan'

const field = (type: Field['type'], name: string): Field => newField(type, name)

function collection(name: string, fields: Field[], rest: Partial<Collection> = {}): Collection {
  return { id: `id_${name}`, name, type: 'base', fields, indexes: [], ...rest } as Collection
}

test('rules and indexes that name a renamed field are found and mended', () => {
  const [title, label] = [field('text', 'title'), field('text', 'label')]
  const posts = collection('posts', [title], { listRule: 'title != ""', indexes: ['CREATE INDEX title_i ON posts (title, x)'] })
  const view = collection('heads', [], { type: 'view', viewQuery: 'SELECT id, title FROM posts' })
  const found = mentions(posts, posts, [{ before: title, after: label }], [posts, view])
  expect(found.map(({ what, edits }) => [what, edits?.length])).toEqual([
    ['the rule “List” of posts', 1],
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
  expect(found.map(goes)).toEqual([false, true])
  mend(posts, found)
  expect([posts.viewRule, posts.indexes]).toEqual(['title != ""', []])
})

test('the queries of views follow as the server has written them', () => {
  const view = collection('heads', [], { type: 'view' })
  const fates = [
    { name: 'heads', effect: 'follows' as const, query: 'SELECT id, label AS title FROM posts' },
    { name: 'other', effect: 'changes' as const },
  ]
  expect(viewFollows(fates, [view])).toEqual([
    { id: 'id_heads', name: 'heads', change: { viewQuery: 'SELECT id, label AS title FROM posts' } },
  ])
})

test('a sign-in goes on with the fields that it names', () => {
  const [before, after] = [field('text', 'login'), field('text', 'handle')]
  const sent = { passwordAuth: { enabled: true, identityFields: ['email', 'login'] } }
  renameInSignIn(sent, [{ before, after }])
  expect(sent.passwordAuth.identityFields).toEqual(['email', 'handle'])
})
