import { describe, expect, it } from 'vitest'
import { convert } from './convert'

const into = (type: Parameters<typeof convert>[1]['type'], isMultiple = false) => ({ type, isMultiple })

describe('a value of a file', () => {
  it('is a time in UTC, whatever way dates are written', () => {
    expect(convert('31.1.2024', into('date'), 'dmy', true)).toBe('2024-01-31 00:00:00.000Z')
    expect(convert('1/31/2024 7:05', into('date'), 'mdy', true)).toBe('2024-01-31 07:05:00.000Z')
    expect(convert('1706659200', into('date'), 'seconds', true)).toBe('2024-01-31 00:00:00.000Z')
    expect(convert(1706659200000, into('date'), 'millis', false)).toBe('2024-01-31 00:00:00.000Z')
    expect(convert('2024-01-31', into('date'), 'plain', true)).toBe('2024-01-31')
  })

  it('stays as it is where it cannot be read: the server says why', () => {
    expect(convert('31.2.2024', into('date'), 'dmy', true)).toBe('31.2.2024')
    expect(convert('soon', into('date'), 'seconds', true)).toBe('soon')
    expect(convert('maybe', into('bool'), 'plain', true)).toBe('maybe')
    expect(convert('{broken', into('json'), 'plain', true)).toBe('{broken')
  })

  it('is a number, a truth, a list or JSON', () => {
    expect(convert('1.234,5', into('number'), 'comma', true)).toBe('1234.5')
    expect(convert('Yes', into('bool'), 'plain', true)).toBe(true)
    expect(convert('a, b,,c', into('select', true), 'list,', true)).toEqual(['a', 'b', 'c'])
    expect(convert('["a,b"]', into('select', true), 'list,', true)).toEqual(['a,b'])
    expect(convert('a, b', into('select'), 'plain', true)).toBe('a, b')
    expect(convert('{"a":1}', into('json'), 'plain', true)).toEqual({ a: 1 })
    // A text of JSON is a text.
    expect(convert('123', into('json'), 'plain', false)).toBe('123')
  })

  it('is none where it is empty, but a 0 is one', () => {
    for (const empty of ['', null, undefined]) expect(convert(empty, into('text'), 'plain', true)).toBeUndefined()
    expect(convert(0, into('number'), 'plain', false)).toBe(0)
    expect(convert(false, into('bool'), 'plain', false)).toBe(false)
  })
})
