import { expect, test } from 'vitest'
import { wantedField, wantedFields } from './sample'

const COLLECTIONS = [{ id: 'c_users', name: 'users' }, { id: 'c_tags', name: 'tags' }]
const told = (text: string): string[] =>
  wantedFields(text, COLLECTIONS).map(({ name, type, collectionId, many }) => [name, type, collectionId, many && 'many'].filter(Boolean).join(' '))

test('a list of names makes fields, with the types that their names tell', () => {
  expect(told('title, email\nis_open;\tprice')).toEqual(['title text', 'email email', 'is_open bool', 'price number'])
  expect(told('- first name\n* Title')).toEqual(['first text', 'name text', 'Title text'])
  expect(told('title: string\nviews: int\n"meta": object\nowner: users')).toEqual([
    'title text', 'views number', 'meta json', 'owner relation c_users',
  ])
})

test('a record as JSON makes fields, with the types of its values', () => {
  const sample = {
    id: 'x', name: 'A', mail: 'a@example.com', since: '2024-05-01 10:00:00.000Z', count: 3, ok: false, site: 'https://example.com',
    'sub title': '<p>x</p>', place: { lon: 1, lat: 2 }, more: { a: 1 }, list: [1], tags: ['a'], user: 'abc', images: ['a.png'], none: null,
    created: '2024-05-01',
  }
  expect(told(JSON.stringify(sample))).toEqual([
    'name text', 'mail email', 'since date', 'count number', 'ok bool', 'site url', 'sub_title editor', 'place geoPoint', 'more json',
    'list json', 'tags relation c_tags many', 'user relation c_users', 'images file many', 'none text',
  ])
  expect(told('[{"a": null}, {"a": 5, "b": true}]')).toEqual(['a number', 'b bool'])
  expect(told('["title", "price"]')).toEqual(['title text', 'price number'])
})

test('what is neither makes nothing', () => {
  expect(told('{"a": ')).toEqual([])
  expect(told('  ')).toEqual([])
  expect(told('[1, 2]')).toEqual([])
})

test('a name and the beginning of a type are typed together', () => {
  expect(wantedField('price:num', COLLECTIONS)).toEqual({ name: 'price', type: 'number' })
  expect(wantedField('by:users', COLLECTIONS)).toEqual({ name: 'by', type: 'relation', collectionId: 'c_users' })
  expect(wantedField('user:relation', COLLECTIONS)).toEqual({ name: 'user', type: 'relation', collectionId: 'c_users' })
  expect(wantedField('price:what', COLLECTIONS)).toEqual({ name: 'price', type: 'number' })
  expect(wantedField('', COLLECTIONS)).toBeUndefined()
})
