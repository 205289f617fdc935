import { expect, test } from 'vitest'
import { apiAddress, collectionAddress, diagramAddress, isForUsers, logsAddress, recordsAddress, route, type Route } from './pages'

function records(found: Route) {
  if (found.page !== 'records') throw new Error(`${found.page} is no page of records`)
  return found
}

test('an empty hash is home', () => {
  expect(route('')).toEqual({ page: 'home' })
  expect(route('#')).toEqual({ page: 'home' })
  expect(route('#/')).toEqual({ page: 'home' })
})

test('an address tells which records are looked at, how, and which one is open', () => {
  const { query, ...rest } = records(route('#/collections/posts?filter=a%20%3D%201&sort=-created'))
  expect(rest).toEqual({ page: 'records', collection: 'posts', open: null })
  expect(Object.fromEntries(query)).toEqual({ filter: 'a = 1', sort: '-created' })
  expect(records(route('#/collections/posts/new')).open).toBe('new')
  expect(records(route('#/collections/posts/abc%2Fd')).open).toEqual({ id: 'abc/d' })
  expect(route('#/collections/posts/abc/more').page).toBe('unknown')
})

test('the addresses of PocketBase’s dashboard lead to the same records', () => {
  const { collection, query } = records(route('#/collections?collection=posts&filter=x'))
  expect([collection, query.toString()]).toEqual(['posts', 'filter=x'])
})

test('an address that was made is understood', () => {
  const query = new URLSearchParams({ filter: 'a ~ "ü&?#"' })
  for (const open of [null, 'new', { id: 'a b/c?d' }] as const) {
    const made = recordsAddress('näme/x', open, query)
    expect(records(route(made))).toEqual({ page: 'records', collection: 'näme/x', open, query })
  }
  expect(route(collectionAddress('posts', 'rules'))).toEqual({ page: 'collection', collection: 'posts', tab: 'rules' })
  expect(route('#/collections/posts/settings')).toEqual({ page: 'collection', collection: 'posts', tab: 'fields' })
  expect(route('#/collections/posts/settings/nowhere').page).toBe('unknown')
})

test('each operation of a collection has an address, and may carry what is asked', () => {
  const query = new URLSearchParams({ filter: 'a ~ "ü&?#"', sort: '-created' })
  expect(route(apiAddress('näme/x', 'auth-with-otp', query))).toEqual({ page: 'api', collection: 'näme/x', operation: 'auth-with-otp', query })
  expect(route('#/collections/posts/api')).toEqual({ page: 'api', collection: 'posts', operation: 'list', query: new URLSearchParams() })
  expect(route('#/collections/posts/api/list/more').page).toBe('unknown')
})

test('settings have addresses of their own', () => {
  expect(route('#/settings/backups')).toEqual({ page: 'settings', section: 'backups' })
  expect(route('#/settings/sql')).toEqual({ page: 'settings', section: 'sql' })
  expect(route('#/settings/crons')).toEqual({ page: 'settings', section: 'crons' })
  expect(route('#/settings/import-collections')).toEqual({ page: 'settings', section: 'import-collections' })
  expect(route('#/settings/mail?at=smtp.host')).toEqual({ page: 'settings', section: 'mail', at: 'smtp.host' })
  expect(route('#/settings/nowhere').page).toBe('unknown')
})

test('the log has an address, and each of its entries', () => {
  const query = new URLSearchParams({ range: '1h', filter: 'data.url ~ "/a?b&c"' })
  expect(route(logsAddress(null, query))).toEqual({ page: 'logs', open: null, query })
  expect(route(logsAddress('a b/c', query))).toEqual({ page: 'logs', open: 'a b/c', query })
  expect(route('#/logs/one/more').page).toBe('unknown')
})

test('the diagram has an address, and so have its list and the rules', () => {
  const query = new URLSearchParams({ at: 'näme/x' })
  for (const tab of ['diagram', 'list', 'rules'] as const) expect(route(diagramAddress(tab, query))).toEqual({ page: 'diagram', tab, query })
  expect(diagramAddress()).toBe('#/diagram')
  expect(route('#/diagram/nowhere').page).toBe('unknown')
  expect(route('#/diagram/rules/more').page).toBe('unknown')
})

test('an address may mean one of the rules', () => {
  expect(route('#/collections/posts/settings/rules?at=updateRule')).toEqual({ page: 'collection', collection: 'posts', tab: 'rules', at: 'updateRule' })
})

test('the set-up link carries its token', () => {
  expect(route('#/pbinstall/aa.bb-_.cc')).toEqual({ page: 'install', token: 'aa.bb-_.cc' })
})

test('a set-up link without a token is no set-up link', () => {
  expect(route('#/pbinstall/')).toEqual({ page: 'unknown', address: '/pbinstall/' })
})

test('any other address is told to the visitor', () => {
  expect(route('#/nowhere')).toEqual({ page: 'unknown', address: '/nowhere' })
})

test('the links in mails carry their tokens', () => {
  const kinds = {
    'confirm-verification': 'verification',
    'confirm-password-reset': 'passwordReset',
    'confirm-email-change': 'emailChange',
  }
  for (const [name, kind] of Object.entries(kinds)) {
    expect(route(`#/auth/${name}/aa.bb-_.cc`)).toEqual({ page: 'confirm', kind, token: 'aa.bb-_.cc' })
  }
  expect(route('#/auth/confirm-verification/').page).toBe('unknown')
  expect(route('#/auth/constructor/aa.bb.cc').page).toBe('unknown')
})

test('the pages after a sign-in with a provider', () => {
  expect(route('#/auth/oauth2-redirect-success')).toEqual({ page: 'oauth2', success: true })
  expect(route('#/auth/oauth2-redirect-failure')).toEqual({ page: 'oauth2', success: false })
})

test('what the users of an app see says nothing of the dashboard', () => {
  expect(isForUsers(route('#/auth/confirm-verification/a.b.c'))).toBe(true)
  expect(isForUsers(route('#/auth/oauth2-redirect-failure'))).toBe(true)
  expect(isForUsers(route('#/pbinstall/a.b.c'))).toBe(false)
})
