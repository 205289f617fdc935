import { expect, test } from 'vitest'
import type { Collection } from '../../api/collections'
import { copyOf } from './copy'

test('a copy has another name, and nothing that is the other one’s', () => {
  const users = {
    id: 'u', name: 'users', type: 'auth', system: true, fields: [{ id: 'f', name: 'nick', type: 'text' }],
    indexes: ['CREATE UNIQUE INDEX e ON users (email)', 'CREATE INDEX n ON users (nick DESC) WHERE nick != 1'],
    oauth2: { enabled: true, providers: [{ name: 'github' }], mappedFields: {} },
  } as unknown as Collection
  const copy = copyOf(users, [users, { ...users, name: 'Users_copy' }], () => 0.5)
  expect([copy.id, copy.name, copy.system, copy.fields[0]?.id]).toEqual(['', 'users_copy2', false, ''])
  expect(copy.indexes).toEqual(['CREATE INDEX `n_i` ON `users_copy2` (nick DESC) WHERE nick != 1'])
  expect([copy.oauth2?.enabled, copy.oauth2?.providers]).toEqual([false, []])
})
