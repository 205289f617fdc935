import { expect, test } from 'vitest'
import { readLink } from './link'

const base64url = (text: string) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
const token = (claims: unknown) => `${base64url('{"alg":"HS256"}')}.${base64url(JSON.stringify(claims))}.c2lnbmF0dXJl`

const claims = { type: 'verification', id: 'r', collectionId: '_pb_users_auth_', email: 'a@example.com', exp: 1 }

test('a link tells collection and address', () => {
  const text = token(claims)
  expect(readLink('verification', text)).toEqual({ token: text, collectionId: '_pb_users_auth_', email: 'a@example.com' })
})

test('the link of a new address tells the new one', () => {
  const text = token({ ...claims, type: 'emailChange', newEmail: 'new@example.com' })
  expect(readLink('emailChange', text)?.email).toBe('new@example.com')
})

test('addresses beyond ASCII are read as they were written', () => {
  expect(readLink('verification', token({ ...claims, email: 'žofie+ÿ?@例え.jp' }))?.email).toBe('žofie+ÿ?@例え.jp')
})

test('a link that is past its time is still for the server to judge', () => {
  expect(readLink('verification', token({ ...claims, exp: 0 }))).toBeDefined()
})

test('a link that was cut off is none', () => {
  const whole = token(claims)
  const [head, middle] = whole.split('.')
  for (const cut of ['', 'x', '..', `${head}.${middle}`, `${head}.${middle}.`, `${head}.${middle?.slice(0, -9)}.x`]) {
    expect(readLink('verification', cut), cut).toBeUndefined()
  }
  for (const odd of [null, 5, 'text', [], {}]) expect(readLink('verification', token(odd))).toBeUndefined()
})

test('a link of another kind, or without an address, is none', () => {
  expect(readLink('passwordReset', token(claims))).toBeUndefined()
  expect(readLink('emailChange', token({ ...claims, type: 'emailChange' }))).toBeUndefined()
  expect(readLink('verification', token({ ...claims, email: '' }))).toBeUndefined()
})

test('a token cannot bend the address that is called', () => {
  for (const collectionId of ['..', '../settings', 'a/b', 'a?b', 'a#b', '%2e%2e', '', 5]) {
    expect(readLink('verification', token({ ...claims, collectionId }))).toBeUndefined()
  }
})
