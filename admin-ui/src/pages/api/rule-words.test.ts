import { expect, test } from 'vitest'
import type { Field } from '../../api/fields'
import { NO_WORDS, ruleInWords, signInInWords } from './rule-words'

const field = (name: string, type: string, more = {}) => ({ name, type, ...more }) as unknown as Field
const posts = {
  type: 'base' as const,
  name: 'posts',
  fields: [
    field('id', 'text'), field('author', 'relation'), field('editors', 'relation', { maxSelect: 5 }), field('status', 'select', { maxSelect: 1 }),
    field('price', 'number'), field('due', 'date'), field('open', 'bool'), field('tags', 'select', { maxSelect: 3 }), field('team', 'relation'),
  ],
}
const users = { type: 'auth' as const, name: 'users', fields: [field('id', 'text'), field('verified', 'bool'), field('role', 'text')] }
const said = (rule: string | null) => ruleInWords(rule, posts)

test('the three states have their names', () => {
  expect(said(null)).toBe('Only superusers')
  expect(said('')).toBe('Anyone')
  expect(said('@request.auth.id != ""')).toBe('Anyone who is signed in')
})

test('whose a record is, is told, and guests are not forgotten', () => {
  expect(said('@request.auth.id != "" && author = @request.auth.id')).toBe('Signed-in users whose id is the record’s author')
  expect(said('author = @request.auth.id')).toBe('Users whose id is the record’s author; guests too, where the record’s author is empty')
  expect(said('@request.auth.id = author.id && @request.auth.verified = true')).toBe(
    'Signed-in users whose id is the record’s author and whose address is confirmed',
  )
  expect(said('@request.auth.id != "" && editors.id ?= @request.auth.id')).toBe('Signed-in users whose id is among the record’s editors')
  expect(said('@request.auth.collectionName = "staff" && team = @request.auth.team')).toBe('Accounts of staff whose team is the record’s team')
  expect(ruleInWords('id = @request.auth.id', users)).toBe('Signed-in users whose record it is')
})

test('what records are like is told', () => {
  expect(said('status = "public"')).toBe('Anyone, for records whose status is “public”')
  expect(said("status != 'draft' && price >= 5 && due < @now && open = true && team != ''")).toBe(
    'Anyone, for records whose status is not “draft” and price is at least 5 and due is before now and open is true and team is not empty',
  )
  expect(said('@request.auth.role = "editor" || status = "public"')).toBe(
    'Signed-in users whose role is “editor”, or anyone, for records whose status is “public”',
  )
})

test('what is sent is told', () => {
  expect(said('@request.auth.id != "" && author = @request.auth.id && @request.body.author:changed = false')).toBe(
    'Signed-in users whose id is the record’s author and who do not change author',
  )
  expect(said('@request.body.author = @request.auth.id && @request.auth.id != ""')).toBe('Signed-in users who send their own id as author')
})

test('what is not understood to its end is told in no words at all', () => {
  for (const rule of [
    '@collection.members.user ?= @request.auth.id', 'comments_via_post.author ?= @request.auth.id', 'nowhere = 1', 'status = ',
    '@request.auth.role != "banned"', '@request.auth.role = ""', 'tags = "a"', 'tags:each ?= "a"', 'author != @request.auth.id', 'price ?= 5',
    'geoDistance(a, b, c, d) < 5', '(status = "a" || price = 5) && open = true', '@request.headers.x_token = "a"', 'editors ?= @request.auth.id',
    'price = ""', 'status = @request.query.status', '1 = 1', '@request.auth.id != "" // note', 'due > "2024" && @request.method = "GET"',
  ]) {
    expect([rule, said(rule)]).toEqual([rule, NO_WORDS])
  }
})

test('who signs in is told of the accounts', () => {
  expect(signInInWords(null, users)).toBe('No account of users')
  expect(signInInWords('', users)).toBe('Every account of users')
  expect(signInInWords('verified = true', users)).toBe('Accounts of users whose verified is true')
  expect(signInInWords('@request.headers.x = "1"', users)).toBe(NO_WORDS)
})
