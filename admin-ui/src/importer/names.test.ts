import { expect, it } from 'vitest'
import { collectionName, fieldName } from './names'

it('names of files become names of collections that are free', () => {
  const taken = new Set(['films'])
  expect(collectionName('films.csv', taken)).toBe('films_2')
  expect(collectionName('My Films (2024).ndjson', taken)).toBe('My_Films_2024')
  expect(collectionName('2024 sales.tsv', taken)).toBe('_2024_sales')
  expect(collectionName('日本.json', taken)).toBe('imported')
  expect(collectionName('archive.2024.csv', taken)).toBe('archive_2024')
})

it('names of columns become names of fields', () => {
  const none = new Set<string>()
  expect(fieldName('Größe in %', none)).toBe('Grosse_in')
  expect(fieldName('id', none)).toBe('source_id')
  expect(fieldName('posts_via_author', none)).toBe('posts_viaauthor')
  expect(fieldName('', none)).toBe('column')
  expect(fieldName('a'.repeat(200), none)).toHaveLength(90)
})
