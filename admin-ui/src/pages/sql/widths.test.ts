import { expect, test } from 'vitest'
import { looksOf } from './widths'

test('columns are as wide as what is in them, and numbers are known', () => {
  const columns = [{ name: 'id', type: '' }, { name: 'note', type: 'TEXT' }, { name: 'none', type: '' }]
  const looks = looksOf(columns, [['1', 'x'.repeat(500), null], ['-2.5e10', '3', null]])
  expect(looks.map(({ isNumber }) => isNumber)).toEqual([true, false, false])
  expect(looks[0]?.width).toBeLessThan(100)
  expect(looks[1]?.width).toBe(360)
})
