import { expect, test } from 'vitest'
import type { Field } from '../../api/fields'
import { fitting, placeOf, read, write, type KeptField } from './kept.svelte'

function store() {
  const held = new Map<string, string>()
  return {
    held,
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  }
}

const title: KeptField = { id: 'text1', type: 'text', name: 'title', before: 'a', value: 'b' }

test('what was typed is found again, by user, collection and record', () => {
  const browser = store()
  expect(write(browser, placeOf('ann', 'posts', 'x/y'), [title], 1_000)).toBe(true)
  expect(read(browser, placeOf('ann', 'posts', 'x/y'), 2_000)).toEqual({ at: 1_000, fields: [title] })
  expect(read(browser, placeOf('ben', 'posts', 'x/y'), 2_000)).toBe(undefined)
  expect(read(browser, placeOf('ann', 'posts', undefined), 2_000)).toBe(undefined)
  write(browser, placeOf('ann', 'posts', 'x/y'), [])
  expect(browser.held.size).toBe(0)
})

test('what is a month old, or none of ours, is not offered', () => {
  const browser = store()
  write(browser, 'p', [title], 0)
  expect(read(browser, 'p', 31 * 24 * 3_600_000)).toBe(undefined)
  for (const text of ['nonsense', '3', '{"at": "today"}', 'null']) {
    browser.held.set('p', text)
    expect(read(browser, 'p'), text).toBe(undefined)
  }
})

test('a browser without room says so', () => {
  const full = {
    ...store(),
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError')
    },
  }
  expect(write(full, 'p', [title])).toBe(false)
})

test('fields that became something else take nothing', () => {
  const fields = [{ id: 'text1', type: 'text', name: 'headline' }] as Field[]
  expect(fitting([title, { ...title, id: 'gone' }, { ...title, type: 'number' }], fields)).toEqual([title])
})
