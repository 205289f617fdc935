import { expect, test } from 'vitest'
import { newField } from './new-field'
import type { DraftField } from './draft.svelte'
import { putBack } from './put-back'

const typed = (key: number, name: string, more: Partial<DraftField> = {}): DraftField => ({
  key,
  before: undefined,
  field: { ...newField('text', name), id: '' },
  removed: false,
  ...more,
})
/** As the server stores them, under other keys. */
const stored = (...names: string[]): DraftField[] =>
  names.map((name, at) => {
    const field = { ...newField('text', name), id: `text-${name}` }
    return { key: 100 + at, before: structuredClone(field), field, removed: false }
  })
const told = (fields: DraftField[]): string[] => fields.map(({ before, field, removed }) => [before?.name ?? 'new', field.name, field.id, removed].join(' '))

test('what nobody touched is as it is stored', () => {
  const fields = [typed(1, 'title'), typed(2, 'body')]
  expect(putBack(fields, fields, stored('title', 'body'))).toEqual(stored('title', 'body'))
})

test('a name that was typed meanwhile is a new name of what is stored', () => {
  const now = [typed(1, 'heading'), typed(2, 'body')]
  expect(told(putBack([typed(1, 'title'), typed(2, 'body')], now, stored('title', 'body')))).toEqual(['title heading text-title false', 'body body text-body false'])
})

test('what was added meanwhile is still new, in its place', () => {
  const now = [typed(1, 'title'), typed(3, 'subtitle'), typed(2, 'body')]
  expect(told(putBack([typed(1, 'title'), typed(2, 'body')], now, stored('title', 'body')))).toEqual(['title title text-title false', 'new subtitle  false', 'body body text-body false'])
})

test('what was taken away meanwhile is stored, and marked to go', () => {
  expect(told(putBack([typed(1, 'title'), typed(2, 'body')], [typed(2, 'body')], stored('title', 'body')))).toEqual(['body body text-body false', 'title title text-title true'])
})

test('what went with the saving does not come back, and what the server added stays', () => {
  const sent = [typed(1, 'title'), typed(2, 'body', { removed: true })]
  const now = [typed(1, 'titles'), typed(2, 'body', { removed: true })]
  expect(told(putBack(sent, now, stored('title', 'created')))).toEqual(['title titles text-title false', 'created created text-created false'])
})
