import { expect, test } from 'vitest'
import type { Log } from '../../api/logs'
import { COLUMNS } from './columns.svelte'
import { headOf, linesOf } from './file'

const log: Log = {
  id: 'one',
  created: '2024-05-01 10:00:00.000Z',
  level: -4,
  message: 'GET /a?b="c",d',
  data: { status: 404, execTime: 1.5, userAgent: '=1+1', auth: '' },
}
const columns = COLUMNS.filter(({ name }) => ['created', 'level', 'status', 'message', 'execTime', 'userAgent'].includes(name))

test('a table has the columns that are shown, with nothing that a spreadsheet would run', () => {
  expect(headOf('csv', columns)).toBe('id,created,level,status,message,execTime,userAgent\n')
  expect(linesOf('csv', [log], columns, true)).toBe(`one,2024-05-01 10:00:00.000Z,-4,404,"GET /a?b=""c"",d",1.5,'=1+1\n`)
  expect(linesOf('csv', [log], columns, false)).toContain(',=1+1\n')
})

test('objects have everything', () => {
  expect(headOf('jsonl', columns)).toBe('')
  expect(JSON.parse(linesOf('jsonl', [log], columns, true))).toEqual(log)
})
