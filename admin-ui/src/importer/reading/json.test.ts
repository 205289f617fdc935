import { describe, expect, it } from 'vitest'
import { JsonCutter, membersOf, type JsonPiece } from './json'

function cut(text: string, size = text.length): JsonPiece[] {
  const cutter = new JsonCutter()
  const pieces: JsonPiece[] = []
  for (let at = 0; at < text.length; at += size) pieces.push(...cutter.push(text.slice(at, at + size), false))
  return [...pieces, ...cutter.push('', true)]
}

describe('JSON', () => {
  it('is cut alike as a list, as lines and as objects, wherever its pieces end', () => {
    const values = ['{"a":"x]},{\\"","b":[1,{"c":2}]}', '{}', '{"d":"\\\\"}']
    for (const text of [`[${values.join(', ')}]`, `\n[\n${values.join(',\n')}\n]\n`, values.join('\n'), `{\n"first":1}\n${values.join('\n')}`]) {
      const expected = text.includes('"first"') ? ['{\n"first":1}', ...values] : values
      for (let size = 1; size <= text.length; size += 1) expect(cut(text, size).map((piece) => piece.text)).toEqual(expected)
    }
  })

  it('knows the lines of its values', () => {
    expect(cut('[\n{"a":1},\n\n{\n"a":2}\n]').map(({ line }) => line)).toEqual([2, 4])
    expect(cut('{"a":1}\n\n{"a":2}\n').map(({ line }) => line)).toEqual([1, 3])
  })

  it('cuts what is no object too, so that it can be told of', () => {
    expect(cut('[1, "a,b", null, {"x":1}]').map(({ text }) => text.trim())).toEqual(['1', '"a,b"', 'null', '{"x":1}'])
  })

  it('says where a list breaks', () => {
    expect(() => cut('[{"a":1}')).toThrow('no end')
    expect(() => cut('[{"a":1} {"a":2}]')).toThrow('Line 1: a comma')
    expect(() => cut('[{"a":1}\n]x')).toThrow('Line 2')
    expect(() => cut('[{"a":')).toThrow('does not end')
  })

  it('keeps keys such as __proto__, and all digits of whole numbers', () => {
    const read = membersOf('{"__proto__": {"x": 1}, "constructor": 2, "n": 12345678901234567890, "m": [-12345678901234567890, 0.5, "12345678901234567890"]}')
    expect(read).toEqual({
      members: [
        ['__proto__', { x: 1 }],
        ['constructor', 2],
        ['n', '12345678901234567890'],
        ['m', ['-12345678901234567890', 0.5, '12345678901234567890']],
      ],
    })
    expect(membersOf('[1]')).toEqual({ fault: 'The row is no JSON object ({…}).' })
    expect(membersOf('{"a":')).toHaveProperty('fault')
  })
})
