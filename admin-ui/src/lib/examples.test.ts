import { expect, test } from 'vitest'
import { listWithCurl } from './examples'

test('a command that lists records is ready to paste', () => {
  expect(listWithCurl('http://127.0.0.1:8090', 'posts')).toBe(
    "curl 'http://127.0.0.1:8090/api/collections/posts/records'",
  )
})

test('whatever is in an address stays within its quotes', () => {
  expect(listWithCurl("http://o'neil", 'a/b')).toBe(String.raw`curl 'http://o'\''neil/api/collections/a%2Fb/records'`)
})
