import { expect, test } from 'vitest'
import { indexOn, readIndex, uniqueFields } from './indexes'

test('an index that was made is understood', () => {
  const text = indexOn('posts', ['author', 'title'], true, 0.5)
  expect(text).toBe('CREATE UNIQUE INDEX `idx_author_title_i` ON `posts` (`author`, `title`)')
  expect(readIndex(text)).toEqual({ name: 'idx_author_title_i', unique: true, columns: ['author', 'title'], where: '' })
})

test('indexes are read as people write them', () => {
  expect(readIndex('create index i on t (lower(a), "b" COLLATE NOCASE DESC) where a != (1)')).toEqual({
    name: 'i', unique: false, columns: ['lower(a)', 'b'], where: 'a != (1)',
  })
  expect(readIndex('nothing')).toBeUndefined()
})

test('a field is unique by an index on it alone, whatever it leaves out', () => {
  expect(
    uniqueFields([
      "CREATE UNIQUE INDEX `a` ON `users` (`email`) WHERE `email` != ''",
      'CREATE UNIQUE INDEX b ON users (name, age)',
      'CREATE INDEX c ON users (age)',
    ]),
  ).toEqual(['email'])
})
