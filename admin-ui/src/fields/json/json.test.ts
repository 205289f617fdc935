import { expect, test } from 'vitest'
import { faultOf, formatted } from './json'

test('a fault says where it is', () => {
  expect(faultOf('{\n  "a": 1,\n  b: 2\n}')).toContain('line 3, character 3')
  expect(faultOf('{"a":')).toMatch(/JSON/)
})

test('what is JSON, or nothing, has no fault', () => {
  for (const text of ['', '  \n', 'null', '[1, 2]', '"text"']) expect(faultOf(text)).toBe(undefined)
})

test('an empty field is an empty text', () => {
  expect([formatted(null), formatted(undefined), formatted({ a: 1 })]).toEqual(['', '', '{\n  "a": 1\n}'])
})
