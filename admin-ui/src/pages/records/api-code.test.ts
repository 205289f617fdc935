import { expect, test } from 'vitest'
import { exampleOf, updateCode, viewCode } from './api-code'

const place = { origin: 'https://app.example', collection: 'films', id: 'abc123' }

test('a record is read in three languages', () => {
  expect(viewCode('curl', place)).toBe(
    `curl 'https://app.example/api/collections/films/records/abc123' \\\n  -H "Authorization: $TOKEN"`,
  )
  expect(viewCode('javascript', place)).toContain("await pb.collection('films').getOne('abc123')")
  expect(viewCode('dart', place)).toContain("await pb.collection('films').getOne('abc123');")
})

test('real values survive every quoting', () => {
  const body = { title: `It's "5 $"` }
  expect(updateCode('curl', place, body)).toContain(`-d '{\n  "title": "It'\\''s \\"5 $\\""\n}'`)
  expect(updateCode('javascript', place, body)).toContain(`update('abc123', {\n  "title": "It's \\"5 $\\""\n})`)
  expect(updateCode('dart', place, body)).toContain(`body: {\n  "title": "It's \\"5 \\$\\""\n});`)
})

test('an example changes what tells something', () => {
  const row = { title: 'A', body: '', pages: 0, tags: [], year: 1950, done: false }
  expect(exampleOf(row, ['title', 'body', 'pages', 'tags', 'year', 'done'])).toEqual({ title: 'A', pages: 0, year: 1950 })
  expect(exampleOf({ title: '' }, ['title'])).toEqual({ title: '' })
})
