import { expect, test } from 'vitest'
import { bare, ground, posts, users } from './ground.fixture'
import { answeredRow, createBody, filesOf, kindOf, updateBody } from './samples'

test('a new record is made of real values, but for those that only one may have', () => {
  expect(createBody(ground)).toEqual({ title: "It's", slug: 'its-2', author: 'user00000000001', tags: ['b'], pages: 42 })
})

test('without a record values are what the fields can hold', () => {
  expect(createBody(bare)).toEqual({ title: 'Some', slug: 'Some words', author: 'user00000000001', tags: ['a'], pages: 20 })
  expect(createBody({ ...bare, targets: {} })).not.toHaveProperty('author')
})

test('an account is made with its password twice and without what only managers set', () => {
  const body = createBody({ collection: users, row: undefined, targets: {} })
  expect(Object.keys(body)).toEqual(['email', 'emailVisibility', 'password', 'passwordConfirm', 'name'])
  expect(body.password).toBe(body.passwordConfirm)
})

test('a change is of a few values, and long ones are no example', () => {
  expect(updateBody(ground)).toEqual({ title: "It's", slug: 'its', author: 'user00000000001' })
  const long = { ...ground, row: { ...ground.row, title: 'x'.repeat(5_000) } } as typeof ground
  expect(updateBody(long).title).toBe('Some')
  expect(String(answeredRow(long).title).length).toBeLessThan(400)
})

test('what clients never see is in no answer', () => {
  expect(answeredRow(ground)).not.toHaveProperty('secret')
  expect(answeredRow({ collection: users, row: undefined, targets: {} })).not.toHaveProperty('tokenKey')
})

test('files are of a kind that the field takes', () => {
  expect(filesOf(posts)).toEqual([{ name: 'cover', fileName: 'cover.png' }])
  expect(kindOf([])).toEqual({ ending: 'txt', begins: 'Some words' })
})
