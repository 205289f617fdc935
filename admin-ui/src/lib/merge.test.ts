import { expect, test } from 'vitest'
import { differences, givenUp, undecided } from './merge'

const NAMES = ['title', 'pages', 'tags', 'extra']
const base = { title: 'One', pages: 1, tags: ['a'], extra: { a: 1 } }

test('what only one of them changed is that one’s', () => {
  const found = differences(base, { title: 'Mine' }, { ...base, pages: 2 }, NAMES)
  expect(found.map(({ name, by }) => [name, by])).toEqual([['title', 'mine'], ['pages', 'theirs']])
  expect(undecided(found, {})).toEqual([])
  expect(givenUp(found, {})).toEqual([])
})

test('what both changed is chosen singly', () => {
  const found = differences(base, { title: 'Mine', tags: ['a', 'b'] }, { ...base, title: 'Theirs', tags: ['c'] }, NAMES)
  expect(found).toEqual([
    { name: 'title', base: 'One', mine: 'Mine', theirs: 'Theirs', by: 'both' },
    { name: 'tags', base: ['a'], mine: ['a', 'b'], theirs: ['c'], by: 'both' },
  ])
  expect(undecided(found, { title: 'mine' })).toEqual(['tags'])
  expect(givenUp(found, { title: 'mine', tags: 'theirs' })).toEqual(['tags'])
})

test('values are compared, not objects: the same change twice is no difference', () => {
  const theirs = { title: 'New', pages: 1, tags: ['a'], extra: { a: 1 } }
  expect(differences(base, { title: 'New', extra: { a: 1 } }, theirs, NAMES)).toEqual([])
})

test('a chosen file is never the one that is stored', () => {
  const file = new File(['a'], 'a.txt')
  const found = differences({ papers: [] }, { papers: [file] }, { papers: ['a.txt'] }, ['papers'])
  expect(found.map(({ by }) => by)).toEqual(['both'])
})

test('fields that nobody asks about are left alone', () => {
  expect(differences(base, {}, { ...base, updated: 'now' }, NAMES)).toEqual([])
})
