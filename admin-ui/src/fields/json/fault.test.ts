import { expect, test } from 'vitest'
import { findFault } from './fault'

const told = (text: string) => {
  const fault = findFault(text)
  return fault && [fault.message, text.slice(fault.from, fault.to), fault.path]
}

test('what is JSON has no fault', () => {
  for (const text of ['null', ' [1, 2.5e3, "a\\u00e9\\n", {}] ', '{"a": {"b": []}}']) expect(told(text)).toBe(undefined)
})

test('a fault is told with its place, and what it is within', () => {
  expect(told('{\n  "a": 1,\n  b: 2\n}')).toEqual(['names stand in double quotes', 'b', ''])
  expect(told('{"items": [1, {"name": nope}]}')).toEqual(['a value is missing', 'nope', 'items[1].name'])
  expect(told('{"a b": [01]}')).toEqual(['a value is missing', '01', '["a b"][0]'])
  expect(told("{'a': 1}")).toEqual(['names stand in double quotes', "'a'", ''])
  expect(told('["a", \'b\']')).toEqual(['texts stand in double quotes', "'b'", '[1]'])
  expect(told('[1, 2,]')).toEqual(['the comma before it is one too many', ']', ''])
  expect(told('{"a": 1 "b": 2}')).toEqual(['a comma or } is missing', '"', ''])
  expect(told('{"a" 1}')).toEqual(['a colon is missing', '1', ''])
  expect(told('{"a":')).toEqual(['a value is missing', '', 'a'])
  expect(told('["no end]')).toEqual(['the text has no end, or a \\ that means nothing', '"no end]', '[0]'])
  expect(told('{} {}')).toEqual(['there is something behind the end', '{', ''])
})

test('what is nested deeper than can be read is refused, not a crash', () => {
  expect(findFault('['.repeat(200_000))?.from).toBeGreaterThanOrEqual(0)
})
