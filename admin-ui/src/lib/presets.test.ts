import { expect, test } from 'vitest'
import type { Collection } from '../api/collections'
import { presetsFor } from './presets'

const relation = (name: string, collectionId: string, maxSelect = 1) => ({ type: 'relation', name, collectionId, maxSelect })
const collection = (id: string, type: string, fields: object[] = []) =>
  ({ id, name: id, type, system: id.startsWith('_'), fields }) as unknown as Collection

const clubs = collection('clubs', 'base')
const users = collection('users', 'auth', [relation('club', 'clubs')])
const superusers = collection('_superusers', 'auth')
const posts = collection('posts', 'base', [relation('owner', 'users'), relation('club', 'clubs')])

const rules = (all: Collection[], subject = posts, rule: Parameters<typeof presetsFor>[0] = 'deleteRule') =>
  Object.fromEntries(presetsFor(rule, subject, all).map((one) => [one.label, one.rules]))

test('only what the schema has fields for is offered', () => {
  expect(presetsFor('listRule', posts, [posts, superusers])).toEqual([])
  expect(Object.keys(rules([users, clubs, posts], collection('notes', 'base')))).toEqual(['Verified users'])
  expect(Object.keys(rules([users, clubs, posts]))).toEqual([
    'Owner only: owner', 'Verified users', 'Public read, owner writes: owner', 'Same club',
  ])
  expect(presetsFor('manageRule', users, [users])).toEqual([])
})

test('an owner is signed in, and an update keeps the owner', () => {
  const own = '@request.auth.id != "" && owner = @request.auth.id'
  expect(rules([users, posts])['Owner only: owner']).toEqual({ deleteRule: own })
  expect(rules([users, posts], posts, 'updateRule')['Owner only: owner']).toEqual({
    updateRule: `${own} && @request.body.owner:changed = false`,
  })
  expect(rules([users, posts])['Public read, owner writes: owner']).toEqual({
    listRule: '', viewRule: '', createRule: own, updateRule: `${own} && @request.body.owner:changed = false`, deleteRule: own,
  })
})

test('an id of one kind of accounts is none of another kind', () => {
  const staff = collection('staff', 'auth')
  expect(rules([users, staff, posts])['Owner only: owner']).toEqual({
    deleteRule: '@request.auth.collectionName = "users" && owner = @request.auth.id',
  })
})

test('several owners are any of them', () => {
  const shared = collection('shared', 'base', [relation('owners', 'users', 5)])
  expect(rules([users, shared], shared)['Owner only: owners']).toEqual({
    deleteRule: '@request.auth.id != "" && owners.id ?= @request.auth.id',
  })
})

test('nothing shared is no shared organisation', () => {
  const many = collection('many', 'auth', [relation('clubs', 'clubs', 9)])
  const both = collection('both', 'base', [relation('teams', 'clubs', 9)])
  expect(rules([users, clubs, posts])['Same club']).toEqual({ deleteRule: 'club != "" && club = @request.auth.club' })
  expect(rules([many, clubs, posts])['Same club']).toEqual({ deleteRule: 'club != "" && @request.auth.clubs.id ?= club' })
  expect(rules([users, clubs, both], both)['Same teams']).toEqual({
    deleteRule: '@request.auth.club != "" && teams.id ?= @request.auth.club',
  })
  expect(rules([many, clubs, both], both)['Same teams']).toEqual({
    deleteRule: 'teams:length > 0 && teams.id ?= @request.auth.clubs.id',
  })
})

test('accounts are for themselves, once they are there', () => {
  expect(rules([users], users)['Themselves only']).toEqual({ deleteRule: '@request.auth.id != "" && id = @request.auth.id' })
  expect(Object.keys(rules([users], users, 'createRule'))).not.toContain('Themselves only')
  expect(rules([users], users, 'authRule')).toEqual({ 'Verified addresses': { authRule: 'verified = true' } })
})

test('views have nothing to write', () => {
  const view = collection('seen', 'view', [relation('owner', 'users')])
  expect(Object.keys(rules([users, view], view, 'listRule'))).toEqual(['Owner only: owner', 'Verified users'])
})
