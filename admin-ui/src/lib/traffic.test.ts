import { expect, test } from 'vitest'
import { duration, percent, traffic, uptime } from './traffic'

test('requests are counted up, refused ones apart from failed ones', () => {
  const moments = [
    { s2: 5, s3: 1, s4: 2, s5: 0 },
    { s2: 1, s3: 0, s4: 0, s5: 3 },
  ]
  expect(traffic(moments)).toEqual({ requests: 12, refused: 2, failed: 3 })
  expect(traffic([])).toEqual({ requests: 0, refused: 0, failed: 0 })
})

test('a share never hides what there was', () => {
  expect([percent(0, 0), percent(0, 9), percent(1, 100_000), percent(1, 200)]).toEqual(['0%', '0%', '< 0.1%', '0.5%'])
  expect([percent(1, 3), percent(99_999, 100_000), percent(9, 9)]).toEqual(['33%', '> 99.9%', '100%'])
})

test('times have no more digits than one reads', () => {
  expect([0.04, 0.44, 9.96, 12.4, 999.4, 999.6, 12_345].map(duration)).toEqual([
    '0 ms', '0.4 ms', '10 ms', '12 ms', '999 ms', '1 s', '12.3 s',
  ])
})

test('how long a server runs is told in two units', () => {
  expect([5, 60, 3_600, 3_720, 86_400, 100_800].map(uptime)).toEqual([
    'less than a minute', '1 min', '1 h', '1 h 2 min', '1 d', '1 d 4 h',
  ])
})
