import { expect, it } from 'vitest'
import { codeOf } from './as-code'

const asked = { server: 'https://example.com', collection: 'books', filter: `title ~ 'it' && price = "$5\\"'"`, sort: '-year' }

it('writes what a shell takes as it is', () => {
  expect(codeOf('curl', asked)).toBe(
    `curl -G 'https://example.com/api/collections/books/records' \\
  -H "Authorization: $TOKEN" \\
  --data-urlencode 'filter=title ~ '\\''it'\\'' && price = "$5\\"'\\''"' \\
  --data-urlencode 'sort=-year'`,
  )
})

it('writes JavaScript whose text is the filter', () => {
  const code = codeOf('javascript', asked)
  const literal = /filter: (.*),/.exec(code)?.[1] ?? ''
  expect(JSON.parse(literal)).toBe(asked.filter)
  expect(code).toContain(`pb.collection('books').getList(1, 50, {`)
})

it('writes Dart, where a dollar is no value', () => {
  expect(codeOf('dart', asked)).toContain(`filter: 'title ~ \\'it\\' && price = "\\$5\\\\"\\'"',`)
})

it('leaves out what is not asked', () => {
  expect(codeOf('javascript', { ...asked, filter: '', sort: '' })).toMatch(/getList\(1, 50\)$/)
  expect(codeOf('dart', { ...asked, filter: '', sort: '' })).not.toContain('filter')
})
