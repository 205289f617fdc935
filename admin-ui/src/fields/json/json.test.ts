import { expect, test } from 'vitest'
import { faultOf, formatted, inWords } from './json'

test('a fault is told with its line, and what it is within', () => {
  const text = '{\n  "a": 1,\n  "b": [2, x]\n}'
  const fault = faultOf(text)
  expect(fault && inWords(fault, text)).toBe('This is not JSON yet: a value is missing (line 3, character 12, in b[1]).')
})

test('what is JSON, or nothing, has no fault', () => {
  for (const text of ['', '  \n', 'null', '[1, 2]', '"text"']) expect(faultOf(text)).toBe(undefined)
})

test('an empty field is an empty text', () => {
  expect([formatted(null), formatted(undefined), formatted({ a: 1 })]).toEqual(['', '', '{\n  "a": 1\n}'])
})
