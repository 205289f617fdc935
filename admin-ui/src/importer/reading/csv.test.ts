import { describe, expect, it } from 'vitest'
import { CsvCutter, guessDelimiter, type CsvRow } from './csv'

function cut(text: string, pieces = 1): CsvRow[] {
  const cutter = new CsvCutter(',')
  const size = Math.ceil(text.length / pieces)
  const rows: CsvRow[] = []
  for (let at = 0; at < text.length; at += size) rows.push(...cutter.push(text.slice(at, at + size), false))
  return [...rows, ...cutter.push('', true)]
}

describe('CSV', () => {
  it('has the same rows and lines wherever its pieces end', () => {
    const text = 'a,b\r\n"one, two","three\r\nlines\r\nhere"\r\n\r\nü,"say ""hi"""\r\nlast,row'
    const expected = [
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['one, two', 'three\nlines\nhere'] },
      { line: 6, cells: ['ü', 'say "hi"'] },
      { line: 7, cells: ['last', 'row'] },
    ]
    for (let pieces = 1; pieces <= text.length; pieces += 1) expect(cut(text, pieces)).toEqual(expected)
  })

  it('tells of a quote that nobody closes', () => {
    expect(cut('a,b\n1,"open\n2,x').at(-1)?.fault).toContain('quotes')
  })

  it('finds out what stands between cells', () => {
    expect(guessDelimiter('a,b,c\n1,2,3\n')).toBe(',')
    expect(guessDelimiter('a;b\n1,5;2,5\n1,7;2\n')).toBe(';')
    expect(guessDelimiter('a\tb\nx, y\tz\n')).toBe('\t')
    expect(guessDelimiter('a|b\n1|2\n')).toBe('|')
    expect(guessDelimiter('one\ntwo\n')).toBe(',')
    expect(guessDelimiter('')).toBe(',')
  })
})
