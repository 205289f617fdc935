import { expect, test } from 'vitest'
import { isExpression } from './expression'

test('expressions are known by their operators', () => {
  for (const text of ['year > 1950', 'title~"star"', "a = 'b'", 'tags ?= "x"', '(a = 1)', 'created>=@todayStart', 'a=""', 'n < -1', 'yer > 1950', 'a.b:lower = "c"', 'a && b']) {
    expect(isExpression(text), text).toBe(true)
  }
})

test('words are words, whatever they look like', () => {
  for (const text of ['star wars', '', 'ann@example.com', 'C++', '<b>', '->', '"a = b"', "it's", '50 %', 'what?', 'no!']) {
    expect(isExpression(text), text).toBe(false)
  }
})
