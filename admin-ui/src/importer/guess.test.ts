import { describe, expect, it } from 'vitest'
import { Observer } from './guess'

function guess(values: unknown[], isCells = true) {
  const observer = new Observer(isCells)
  for (const value of values) observer.see(value)
  return observer.guess(values.length)
}

describe('the type of a column', () => {
  it.each([
    [['1', '-2.5', '', '1e3'], 'number'],
    [['007', '1'], 'text'],
    [['+491701234567'], 'text'],
    [['12345678901234567890'], 'text'],
    [['true', 'false', ''], 'bool'],
    [['true', '1'], 'text'],
    [['2024-01-02', '2024-01-02 03:04:05Z'], 'date'],
    [['2024-13-02'], 'text'],
    [['a@example.com'], 'email'],
    [['https://example.com/x?y=z'], 'url'],
    [['javascript:alert(1)'], 'text'],
    [['["a","b"]', '["a"]'], 'select'],
    [['{"lon":1,"lat":2}'], 'geoPoint'],
    [['{"a":1}', '[1]'], 'json'],
    [['{"a":1}', 'hello'], 'text'],
    [['<b>bold</b>'], 'text'],
    [['', ''], 'text'],
  ])('of the cells %j is %s', (cells, type) => {
    expect(guess(cells).type).toBe(type)
  })

  it.each([
    [[1, 2.5, null], 'number'],
    [['1', '2'], 'text'],
    [[1, 'a'], 'text'],
    [[true, false], 'bool'],
    [[['x', 'y'], ['x'], []], 'select'],
    [[['x', 'x'], ['y']], 'json'],
    [[{ a: 1 }], 'json'],
    [[{ lon: 1, lat: 95 }], 'json'],
  ])('of the values %j is %s', (values, type) => {
    expect(guess(values, false).type).toBe(type)
  })

  it('finds out how dates and numbers are written', () => {
    expect(guess(['31.01.2024', '1.2.2024'])).toMatchObject({ type: 'date', reading: 'dmy' })
    expect(guess(['1/31/2024', '2/1/2024'])).toMatchObject({ type: 'date', reading: 'mdy' })
    // Either.
    expect(guess(['1/2/2024'])).toMatchObject({ type: 'text' })
    expect(guess(['1.234,5', '-7,25', '3'])).toMatchObject({ type: 'number', reading: 'comma' })
  })

  it('knows few short values as choices, and what is missing', () => {
    expect(guess(['b', 'a', 'b', ''])).toMatchObject({ values: ['a', 'b'], empty: 1, longest: 1 })
    expect(guess(Array.from({ length: 101 }, (_, at) => `v${at}`)).values).toEqual([])
    expect(guess(['abcdefghij12345']).isIds).toBe(true)
    expect(guess(['abcdefghij12345', '7']).isIds).toBe(false)
  })
})
