import { expect, test } from 'vitest'
import { route } from './pages'

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
