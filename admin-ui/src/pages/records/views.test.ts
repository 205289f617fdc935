import { beforeEach, expect, test, vi } from 'vitest'
import type { Collection } from '../../api/collections'
import { History, Views } from './views.svelte'

const posts = { id: 'c1' } as Collection

beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  })
})

test('the last filters are remembered, each once, newest first', () => {
  const history = new History(posts)
  for (const filter of ['a', 'b', '', 'a', 'c']) history.add(filter)
  expect(new History(posts).list).toEqual(['c', 'a', 'b'])
  for (let at = 0; at < 30; at += 1) history.add(`filter ${at}`)
  expect(history.list.length).toBe(20)
  history.forget('filter 29')
  expect(new History(posts).list[0]).toBe('filter 28')
})

test('views are kept by their names', () => {
  const views = new Views(posts)
  views.save({ name: 'Old', filter: 'year < 1950', sort: 'year', columns: [] })
  views.save({ name: 'Best', filter: '', sort: '-score', columns: [{ name: 'id', width: 100, hidden: true }] })
  views.save({ name: 'Old', filter: 'year < 1920', sort: '', columns: [] })
  expect(new Views(posts).list.map(({ name, filter }) => [name, filter])).toEqual([['Best', ''], ['Old', 'year < 1920']])
  views.remove('Best')
  expect(new Views(posts).list.length).toBe(1)
})

test('what is kept and broken does no harm', () => {
  localStorage.setItem('tuckbox_views_c1', '[{"name":"x"},7]')
  localStorage.setItem('tuckbox_filters_c1', '{"a":1}')
  expect([new Views(posts).list, new History(posts).list]).toEqual([[], []])
})
