import { expect, test } from 'vitest'
import { tableFile } from './table-files'

const table = { columns: ['id', 'id', 'a,b'], rows: [['1', null, ''], ['=x', 'a "b"\nc', '-5']] }

test('CSV tells nothing from an empty text, and guards formulas where it is asked to', () => {
  expect(tableFile(table, 'csv')).toBe('id,id,"a,b"\r\n1,,""\r\n=x,"a ""b""\nc",-5\r\n')
  expect(tableFile(table, 'csv', true)).toContain(`'=x,"a ""b""\nc",-5`)
})

test('JSON has a name for each column', () => {
  expect(JSON.parse(tableFile(table, 'json'))).toEqual([
    { id: '1', 'id 2': null, 'a,b': '' },
    { id: '=x', 'id 2': 'a "b"\nc', 'a,b': '-5' },
  ])
  expect(tableFile(table, 'ndjson').trim().split('\n')).toHaveLength(2)
})
