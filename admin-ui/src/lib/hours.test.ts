import { expect, test } from 'vitest'
import { lastHours } from './hours'

test('hours in which nothing happened are there, and older ones are not', () => {
  const now = Date.parse('2024-05-01T10:30:00Z')
  const hours = lastHours(3, [{ date: '2024-05-01 10:00:00.000Z', total: 4 }, { date: '2024-05-01 02:00:00.000Z', total: 9 }], now)
  expect(hours.map(({ begin, total }) => [begin.toISOString().slice(11, 13), total])).toEqual([['08', 0], ['09', 0], ['10', 4]])
})
