import { expect, test } from 'vitest'
import type { Collection } from '../../api/collections'
import { filterOf, pointersTo } from './pointers'

const collections = [
  { id: 'c1', name: 'films', fields: [{ type: 'relation', name: 'sequel', collectionId: 'c1', maxSelect: 1 }] },
  {
    id: 'c2',
    name: 'lists',
    fields: [
      { type: 'text', name: 'name' },
      { type: 'relation', name: 'films', collectionId: 'c1', maxSelect: 9 },
      { type: 'relation', name: 'owner', collectionId: 'c3', maxSelect: 1 },
    ],
  },
] as unknown as Collection[]

test('those that point to a record are found by their fields, itself included', () => {
  const found = pointersTo(collections[0] as Collection, collections)
  expect(found.map((one) => filterOf(one, 'x"y'))).toEqual(['sequel = "x\\"y"', 'films.id ?= "x\\"y"'])
})
