import { expect, test } from 'vitest'
import { guess } from './guess'

test('names tell types', () => {
  const types = Object.fromEntries(
    ['title', 'email', 'is_open', 'published_at', 'price', 'avatar', 'body', 'status', 'settings', 'homepage'].map((name) => [
      name,
      guess(name, []).type,
    ]),
  )
  expect(types).toEqual({
    title: 'text', email: 'email', is_open: 'bool', published_at: 'date', price: 'number', avatar: 'file',
    body: 'editor', status: 'select', settings: 'json', homepage: 'url',
  })
})

test('the name of a collection, also of one of it, is a relation', () => {
  const collections = [{ id: 'c1', name: 'authors' }, { id: 'c2', name: 'categories' }]
  for (const name of ['author', 'authors', 'author_id']) {
    expect(guess(name, collections)).toEqual({ type: 'relation', collectionId: 'c1' })
  }
  expect(guess('category', collections).collectionId).toBe('c2')
})
