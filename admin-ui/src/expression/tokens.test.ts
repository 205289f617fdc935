import { expect, it } from 'vitest'
import { isClosed, quoted, tokensOf, unquoted } from './tokens'

it('reads the tokens of a filter, with their places', () => {
  const text = `a.b:lower ?!= "x\\"y" && (c > -1.5 || d = @now) // end`
  expect(tokensOf(text).map(({ kind, text: part }) => `${kind} ${part}`)).toEqual([
    'name a.b:lower', 'operator ?!=', 'text "x\\"y"', 'join &&', 'open (', 'name c', 'operator >', 'number -1.5', 'join ||', 'name d', 'operator =', 'name @now', 'close )', 'comment // end',
  ])
  for (const { from, to, text: part } of tokensOf(text)) expect(text.slice(from, to)).toBe(part)
})

it('takes a text that does not end as one that goes to the end', () => {
  expect(tokensOf(`a = 'b && c`).map(({ kind }) => kind)).toEqual(['name', 'operator', 'text'])
  expect(isClosed(`'b`)).toBe(false)
  expect(isClosed(`'b'`)).toBe(true)
  expect(isClosed(`'it\\'s'`)).toBe(true)
})

it('says what is no token', () => {
  expect(tokensOf('a ! b & c').map(({ kind }) => kind)).toEqual(['name', 'wrong', 'name', 'wrong', 'name'])
})

it.each(['plain', `it's`, 'say "x"', `</script>"'`, 'back\\slash', 'two\nlines', 'ends with \\', '', 'ünïcödé 🎬'])('quotes %j so that it reads back', (text) => {
  expect(isClosed(quoted(text))).toBe(true)
  expect(unquoted(quoted(text))).toBe(text)
  expect(tokensOf(quoted(text))).toHaveLength(1)
})
