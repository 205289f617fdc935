import { expect, test } from 'vitest'
import { askingOf, changed, conditionOf, expressionOf, faultOf } from './question'

test('an address says what is asked; superusers are left out unless they are wanted', () => {
  const asking = askingOf(new URLSearchParams('filter=level+%3D+8&level=4'))
  expect(asking).toEqual({ typed: 'level = 8', level: '4', superusers: false })
  expect(conditionOf(asking)).toBe('(level = 8\n) && level >= 4 && data.auth != "_superusers"')
  expect(conditionOf(askingOf(new URLSearchParams('superusers=1&level=all')))).toBe('')
})

test('words are looked for, whatever is in them', () => {
  expect(expressionOf('  posts ')).toBe("(message ~ 'posts' || data.error ~ 'posts' || data.requestId = 'posts')")
  expect(expressionOf("it's \\")).toBe(
    `(message ~ "it's" || data.error ~ "it's" || data.requestId = "it's") && (message ~ "\\\\" || data.error ~ "\\\\" || data.requestId = "\\\\")`,
  )
})

test('a change of the address keeps the rest of it', () => {
  const query = new URLSearchParams('filter=x&range=1h')
  expect(changed(query, { filter: '', level: '8' }).toString()).toBe('range=1h&level=8')
  expect(query.toString()).toBe('filter=x&range=1h')
})

test('what is wrong is marked at its place', () => {
  const place = (message: string, filter: string) => {
    const { from, to } = faultOf(message, filter)
    return filter.slice(from, to)
  }
  expect(place('Unknown join "&", expected && or || at position 10.', 'level > 0 & x')).toBe('&')
  expect(place('Invalid left operand "foo" - unknown field "foo".', 'level = 8 && foo = 1')).toBe('foo')
  expect(faultOf('Expected an operand at the end.', 'level >= ')).toMatchObject({ from: 9, to: 9 })
  expect(faultOf('Something else.', 'level')).toMatchObject({ from: 5, to: 5 })
})
