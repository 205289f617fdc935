import { expect, test } from 'vitest'
import type { Collection } from '../../api/collections'
import { posts, users, view } from './ground.fixture'
import { operationsOf, whyAbsent } from './operations'

const names = (collection: Collection) => operationsOf(collection).map(({ name }) => name)

test('a collection has the operations of its type', () => {
  expect(names(posts)).toEqual(['list', 'view', 'create', 'update', 'delete', 'realtime', 'file', 'file-token', 'batch', 'import', 'export'])
  expect(names(view)).toEqual(['list', 'view', 'export'])
  expect(names({ ...posts, fields: [] })).not.toContain('file')
})

test('accounts have the ways to sign in that are switched on', () => {
  expect(names(users).slice(6)).toEqual([
    'auth-methods', 'auth-with-password', 'auth-refresh', 'request-verification', 'confirm-verification', 'request-password-reset',
    'confirm-password-reset', 'request-email-change', 'confirm-email-change', 'impersonate', 'batch', 'import', 'export',
  ])
  const other = { ...users, passwordAuth: { enabled: false, identityFields: [] }, otp: { ...users.otp, enabled: true }, oauth2: { ...users.oauth2, enabled: true } }
  const signing = names(other as unknown as Collection).filter((name) => name.includes('auth-with') || name.includes('request-'))
  expect(signing).toEqual(['auth-with-oauth2', 'request-otp', 'auth-with-otp', 'request-verification', 'request-email-change'])
})

test('superusers confirm no address and change none by mail', () => {
  const found = names({ ...users, name: '_superusers', system: true })
  expect(found).toContain('impersonate')
  expect(found.filter((name) => /verification|email-change/.test(name))).toEqual([])
})

test('what is not there is said with its reason', () => {
  expect(whyAbsent('auth-with-otp', users)).toEqual({ text: 'Signing in with a code is switched off in users.', isOff: true })
  expect(whyAbsent('create', view).text).toContain('is a view')
  expect(whyAbsent('nonsense', posts)).toEqual({ text: 'posts has no operation “nonsense”.', isOff: false })
  expect(whyAbsent('auth-with-otp', posts).isOff).toBe(false)
})
