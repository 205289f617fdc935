import { expect, test } from 'vitest'
import type { Collection } from '../api/collections'
import type { Field } from '../api/fields'
import { edited, names, places, type Target } from './references'

function collection(name: string, type: 'base' | 'auth', fields: Record<string, string>): Collection {
  return {
    id: `id_${name}`,
    name,
    type,
    fields: Object.entries(fields).map(([field, target]) =>
      target ? { name: field, type: 'relation', collectionId: `id_${target}` } : { name: field, type: 'text' },
    ) as Field[],
  } as Collection
}

const users = collection('users', 'auth', { name: '', team: 'teams' })
const teams = collection('teams', 'base', { name: '' })
const posts = collection('posts', 'base', { title: '', author: 'users', name: '' })
const comments = collection('comments', 'base', { post: 'posts', text: '' })
const all = [users, teams, posts, comments]

function found(rule: string, own: Collection, target: Target): string {
  return edited(rule, places(rule, own, target, all).map((place) => ({ ...place, text: 'NEW' })))
}

test('a field is found in rules of its own collection, and in no text', () => {
  const target = { collection: 'id_posts', field: 'title' }
  expect(found('title = "title" && title:length > 1 // title', posts, target)).toBe('NEW = "title" && NEW:length > 1 // title')
  expect(found('@request.body.title:isset = false && @request.query.title = 1', posts, target)).toBe(
    '@request.body.NEW:isset = false && @request.query.title = 1',
  )
  expect(found('title = 1', comments, target)).toBe('title = 1')
})

test('a field is found behind relations, those that point back, and other collections', () => {
  expect(found('post.title = 1 && text = 1', comments, { collection: 'id_posts', field: 'title' })).toBe('post.NEW = 1 && text = 1')
  expect(found('post.author.name = name', comments, { collection: 'id_users', field: 'name' })).toBe('post.author.NEW = name')
  expect(found('comments_via_post.text ?= 1', posts, { collection: 'id_comments', field: 'post' })).toBe('comments_via_NEW.text ?= 1')
  expect(found('@collection.posts:p.title ?= 1', teams, { collection: 'id_posts', field: 'title' })).toBe('@collection.posts:p.NEW ?= 1')
})

test('a field of those who ask', () => {
  expect(found('team = @request.auth.team.name', posts, { collection: 'id_teams', field: 'name' })).toBe('team = @request.auth.team.NEW')
})

test('a collection is found by its name', () => {
  const target = { collection: 'id_posts' }
  expect(found('@collection.posts:a.title ?= 1 && posts_via_author.title ?= 1', users, target)).toBe(
    '@collection.NEW:a.title ?= 1 && NEW_via_author.title ?= 1',
  )
})

test('a query names whole words only', () => {
  expect(names('SELECT id, (title) FROM posts', 'title')).toBe(true)
  expect(names('SELECT id, subtitle FROM posts', 'title')).toBe(false)
})
