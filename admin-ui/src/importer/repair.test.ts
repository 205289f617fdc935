import Papa from 'papaparse'
import { expect, it } from 'vitest'
import { headOf, repairLine } from './repair'

it('bad rows come as CSV with their reason, and nothing that a spreadsheet would run', () => {
  const text =
    headOf(['a', '=b']) +
    repairLine({ line: 7, values: ['=HYPERLINK("x")', '-5'] }, 2, 'Too bad, "really".') +
    repairLine({ line: 8, values: ['@x', { k: [1] }] }, 2, 'b: +1') +
    repairLine({ line: 9, values: ['1', '2', '3'] }, 2, 'Three cells.') +
    repairLine({ line: 10, values: ['only'] }, 2, 'One cell.')
  expect(Papa.parse(text.trim()).data).toEqual([
    ['a', "'=b", 'problem'],
    [`'=HYPERLINK("x")`, '-5', 'Line 7: Too bad, "really".'],
    ["'@x", '{"k":[1]}', 'Line 8: b: +1'],
    ['1', '2 3', 'Line 9: Three cells.'],
    ['only', '', 'Line 10: One cell.'],
  ])
})
