import { expect, test } from 'vitest'
import type { Collection } from '../../../api/collections'
import { accountsFor } from './accounts'

const collection = (id: string, type: string, points: string[] = []) =>
  ({ id, type, system: id.startsWith('_'), fields: points.map((collectionId) => ({ type: 'relation', collectionId })) }) as unknown as Collection

test('accounts that records point to come first, and superusers not at all', () => {
  const [staff, users, root] = [collection('staff', 'auth'), collection('users', 'auth'), collection('_superusers', 'auth')]
  const posts = collection('posts', 'base', ['users'])
  const names = (of: Collection) => accountsFor(of, [posts, staff, users, root]).map(({ id }) => id)
  expect(names(posts)).toEqual(['users', 'staff'])
  expect(names(collection('notes', 'base'))).toEqual(['staff', 'users'])
  expect(names(users)).toEqual(['users', 'staff'])
})
