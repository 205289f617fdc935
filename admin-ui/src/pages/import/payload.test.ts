import { expect, test } from 'vitest'
import type { Collection } from '../../api/collections'
import type { CollectionDiff } from '../../lib/schema-diff'
import { payload } from './payload'

test('what was not chosen stays, also where what is missing goes', () => {
  const [kept, gone, changed] = ['kept', 'gone', 'changed'].map((name) => ({ id: name, name }) as Collection) as [Collection, Collection, Collection]
  const wanted = [
    { name: 'gone', kind: 'removed', before: gone, changes: [] },
    { name: 'changed', kind: 'changed', before: changed, after: { name: 'changed', listRule: '' }, changes: [] },
    { name: 'new', kind: 'added', after: { name: 'new' }, changes: [] },
  ] as CollectionDiff[]
  const names = (removes: boolean) => payload(wanted, [kept, gone, changed], removes).map(({ name }) => name)
  expect(names(false)).toEqual(['changed', 'new'])
  expect(names(true)).toEqual(['changed', 'new', 'kept'])
})
