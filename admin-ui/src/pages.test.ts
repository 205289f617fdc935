import { expect, test } from 'vitest'
import { isForUsers, route } from './pages'

test('an empty hash is the start page', () => {
  expect(route('')).toEqual({ page: 'start' })
  expect(route('#')).toEqual({ page: 'start' })
  expect(route('#/')).toEqual({ page: 'start' })
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
