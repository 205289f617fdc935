import { expect, test } from 'vitest'
import type { FileField } from '../../api/fields'
import { added, refused } from './held'

const field = (changes: Partial<FileField>): FileField => ({
  id: 'f', name: 'f', type: 'file', system: false, hidden: false, presentable: false,
  maxSelect: 1, maxSize: 0, mimeTypes: [], thumbs: null, protected: false, ...changes,
})
const file = (name: string, bytes: number, type = ''): File => new File([new Uint8Array(bytes)], name, { type })

test('a single field holds the newest file', () => {
  const [a, b] = [file('a', 1), file('b', 1)]
  expect(added(['old.txt'], [a, b], field({}))).toEqual([b])
})

test('a list takes as many as it may hold', () => {
  const files = ['a', 'b', 'c'].map((name) => file(name, 1))
  expect(added(['old.txt'], files, field({ maxSelect: 3 }))).toEqual(['old.txt', files[0], files[1]])
})

test('what is too large or of another type need not be sent', () => {
  expect(refused(file('big.bin', 11), field({ maxSize: 10 }))).toContain('11 B')
  expect(refused(file('a.txt', 1, 'text/plain'), field({ mimeTypes: ['image/png'] }))).toContain('image/png')
  expect(refused(file('a', 1), field({ mimeTypes: ['image/png'] }))).toBe(undefined)
  expect(refused(file('ok.png', 10, 'image/png'), field({ maxSize: 10, mimeTypes: ['image/png'] }))).toBe(undefined)
})
