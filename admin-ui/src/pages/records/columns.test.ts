import { beforeEach, expect, test, vi } from 'vitest'
import type { Collection } from '../../api/collections'
import { Columns } from './columns.svelte'

const field = (name: string, type = 'text', more = {}) => ({ id: name, name, type, system: false, hidden: false, presentable: false, ...more })
const collection = (...fields: object[]) => ({ id: 'c1', name: 'posts', fields }) as unknown as Collection

const POSTS = collection(
  field('created', 'autodate'),
  field('body'),
  field('title', 'text', { presentable: true }),
  field('id', 'text', { primaryKey: true }),
  field('password', 'password'),
)

const names = (columns: Columns) => columns.shown.map((one) => one.field.name)

beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  })
})

test('the key comes first, what tells next, dates last, secrets not at all', () => {
  expect(names(new Columns(POSTS))).toEqual(['id', 'title', 'body', 'created'])
})

test('what was changed is there the next time, and goes with a reset', () => {
  const columns = new Columns(POSTS)
  columns.toggle('id')
  columns.move('body', -1)
  columns.resize('body', 501.4)
  const again = new Columns(POSTS)
  expect(names(again)).toEqual(['body', 'title', 'created'])
  expect(again.shown[0]?.width).toBe(501)
  again.reset()
  expect(names(again)).toEqual(['id', 'title', 'body', 'created'])
  expect(names(new Columns(POSTS))).toEqual(['id', 'title', 'body', 'created'])
})

test('a column is never too narrow to be grasped, and one always stays', () => {
  const columns = new Columns(POSTS)
  columns.resize('id', 3)
  columns.resize('title', Number.NaN)
  expect(columns.shown.map((one) => one.width).slice(0, 2)).toEqual([64, 240])
  for (const { field } of columns.all) if (field.name !== 'password') columns.toggle(field.name)
  expect(names(columns)).toEqual(['created'])
})

test('fields that came since are shown behind, those that are gone are forgotten', () => {
  new Columns(POSTS).toggle('id')
  const now = new Columns(collection(field('title'), field('teaser')))
  expect(names(now)).toEqual(['title', 'teaser'])
})

test('what is kept and broken does no harm', () => {
  localStorage.setItem('tuckbox_columns_c1', '[{"name":"title"},3]')
  expect(names(new Columns(POSTS))).toEqual(['id', 'title', 'body', 'created'])
  localStorage.setItem('tuckbox_columns_c1', '{')
  expect(names(new Columns(POSTS))).toEqual(['id', 'title', 'body', 'created'])
})

test('pinned ones come first, and a column is put beside another one, pinned or not as that is', () => {
  const columns = new Columns(POSTS)
  columns.pin('body', true)
  expect(names(columns)).toEqual(['body', 'id', 'title', 'created'])
  expect(columns.shift('id', -1)).toBe(false)
  expect(columns.shift('id', 1)).toBe(true)
  expect(names(columns)).toEqual(['body', 'title', 'id', 'created'])
  columns.put('created', 'body', 'before')
  expect(names(columns)).toEqual(['created', 'body', 'title', 'id'])
  expect(columns.shown.filter(({ pinned }) => pinned).length).toBe(2)
})

test('the columns of a view are kept beside those of the collection', () => {
  const columns = new Columns(POSTS)
  const view = { name: 'Mine', columns: columns.kept }
  columns.show(view)
  columns.toggle('id')
  expect(columns.isLike(view.columns)).toBe(false)
  columns.show(undefined)
  expect(names(columns)).toEqual(['id', 'title', 'body', 'created'])
  columns.show(view)
  expect(names(columns)).toEqual(['title', 'body', 'created'])
  columns.forget('Mine')
  columns.show(view)
  expect(columns.isLike(view.columns)).toBe(true)
})
