import { expect, test } from 'vitest'
import type { Field } from '../../api/fields'
import type { Row } from '../../api/records'
import { pasteOf } from './paste'

const fields = [{ name: 'title', type: 'text' }, { name: 'year', type: 'number' }, { name: 'made', type: 'autodate' }] as unknown as Field[]
const rows = [{ id: 'a', title: 'One', year: 1 }, { id: 'b', title: 'Two', year: 2 }] as unknown as Row[]

test('a table lies over the cells; what is the same is no change', () => {
  const { edits, faults, beyond } = pasteOf([['One', '10'], ['Zwei', '2']], rows, fields)
  expect(edits).toEqual([
    { id: 'a', field: 'year', before: 1, after: 10 },
    { id: 'b', field: 'title', before: 'Two', after: 'Zwei' },
  ])
  expect([faults, beyond]).toEqual([[], { rows: 0, columns: 0 }])
})

test('what cannot be taken is told, and so is what lies beyond', () => {
  const { edits, faults, beyond } = pasteOf([['x', 'many', 'now', 'more'], ['x'], ['x']], rows, fields)
  expect(edits.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(faults).toEqual([
    { id: 'a', field: 'year', text: 'many', fault: 'This is no number.' },
    { id: 'a', field: 'made', text: 'now', fault: 'Nothing can be pasted into this column.' },
  ])
  expect(beyond).toEqual({ rows: 1, columns: 1 })
})

test('one value alone goes into all cells', () => {
  expect(pasteOf([['7']], rows, fields.slice(1, 2)).edits.map(({ after }) => after)).toEqual([7, 7])
})
