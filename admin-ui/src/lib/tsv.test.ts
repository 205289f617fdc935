import { expect, test } from 'vitest'
import { fromTsv, toTsv } from './tsv'

test('tables come back as they were', () => {
  for (const table of [
    [['a', 'b'], ['c', 'd']],
    [['tab\there', 'line\nend'], ['"quoted"', 'in "the" middle']],
    [['', ''], ['', 'x']],
    [['one']],
    [['a', '']],
  ]) {
    expect(fromTsv(toTsv(table))).toEqual(table)
  }
})

test('the last line end and those of Windows say nothing', () => {
  expect(fromTsv('a\tb\r\nc\td\r\n')).toEqual([['a', 'b'], ['c', 'd']])
})

test('a quote that nobody closes is a character', () => {
  expect(fromTsv('"a\tb')).toEqual([['"a', 'b']])
  expect(fromTsv('"a" b\tc')).toEqual([['"a" b', 'c']])
})
