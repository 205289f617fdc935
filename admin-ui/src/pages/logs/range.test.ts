import { expect, test } from 'vitest'
import { addressed, bounds, rangeOf, stored, wider, type Range } from './range'

const query = (range: Range) => new URLSearchParams(Object.entries(addressed(range)).filter(([, value]) => value !== ''))

test('a range that was put into an address is read from it', () => {
  const ranges: Range[] = [{ last: '15m' }, { last: '24h' }, { last: '7d' }, { from: new Date(1_000), to: new Date(2_500) }]
  for (const range of ranges) expect(rangeOf(query(range))).toEqual(range)
})

test('the usual range needs no words, and stands for what means nothing', () => {
  expect(query({ last: '24h' }).toString()).toBe('')
  expect(rangeOf(new URLSearchParams('range=soon'))).toEqual({ last: '24h' })
  expect(rangeOf(new URLSearchParams('from=2024-05-02&to=2024-05-01'))).toEqual({ last: '24h' })
  expect(rangeOf(new URLSearchParams('from=yesterday&to=2024-05-01'))).toEqual({ last: '24h' })
})

test('a range that ends now moves with the clock, one between two moments stays', () => {
  const now = Date.parse('2024-05-01T10:00:00Z')
  expect(stored(bounds({ last: '15m' }, now).from)).toBe('2024-05-01 09:45:00.000Z')
  expect(stored(bounds({ last: '7d' }, now).from)).toBe('2024-04-24 10:00:00.000Z')
  const range = { from: new Date(1), to: new Date(2) }
  expect(bounds(range, now)).toEqual(range)
})

test('a wider range is twice as long, and ends now at the latest', () => {
  const at = (minutes: number) => new Date(minutes * 60_000)
  expect(wider({ from: at(10), to: at(20) }, at(100).getTime())).toEqual({ from: at(5), to: at(25) })
  expect(wider({ from: at(10), to: at(20) }, at(21).getTime())).toEqual({ from: at(1), to: at(21) })
})
