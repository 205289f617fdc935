import { expect, test } from 'vitest'
import { isOpenId, logoAddress, needsAddresses, withExtra } from './provider'

test('only providers that nobody knows by name need addresses', () => {
  expect(['oidc', 'oidc3', 'mailcow', 'github'].map(needsAddresses)).toEqual([true, true, true, false])
  expect(['oidc2', 'oidcx', 'mailcow'].map(isOpenId)).toEqual([true, false, false])
})

test('further settings come and go, and leave nothing behind', () => {
  expect(withExtra(null, 'issuer', 'https://a')).toEqual({ issuer: 'https://a' })
  expect(withExtra({ issuer: 'https://a', other: 1 }, 'issuer', '')).toEqual({ other: 1 })
  expect(withExtra({ issuer: 'https://a' }, 'issuer', '')).toBeNull()
})

test('a logo is an address with nothing in it that ends an attribute', () => {
  expect(logoAddress('<svg a="#"/>')).toBe('data:image/svg+xml,%3Csvg%20a%3D%22%23%22%2F%3E')
})
