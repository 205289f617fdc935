import { expect, test } from 'vitest'
import type { LogBucket, LogOverview } from '../../api/logs'
import { barsOf, between, spanOf, ticksOf } from './chart'

const bucket = (at: string, more: Partial<LogBucket> = {}): LogBucket => ({ at, s2: 0, s3: 0, s4: 0, s5: 0, other: 0, p50: null, p95: null, ...more })

function overview(step: number, many: number): LogOverview {
  const begin = new Date(2024, 4, 1, 10).getTime()
  const buckets = Array.from({ length: many }, (_, at) => bucket(new Date(begin + at * step * 1000).toISOString().replace('T', ' ')))
  const facets = { level: [], status: [], method: [], route: [], auth: [], ip: [] }
  return { from: '', to: '', step, total: 0, errors: 0, p50: null, p95: null, buckets, facets, slowest: [] }
}

test('a bucket is a bar with its time as clocks here show it', () => {
  const told = overview(300, 2)
  told.buckets[1] = bucket(told.buckets[1]?.at ?? '', { s2: 3, s5: 1, p50: 12, p95: 90 })
  expect(barsOf(told)).toEqual([
    { label: '10:00 – 10:05', values: [0, 0, 0, 0, 0], lines: [null, null] },
    { label: '10:05 – 10:10', values: [3, 0, 0, 1, 0], lines: [90, 12] },
  ])
  expect(spanOf(told.buckets[0]?.at ?? '', 15)).toBe('10:00:00 – 10:00:15')
  expect(spanOf(told.buckets[0]?.at ?? '', 10_080)).toBe('05-01 10:00 – 12:48')
  expect(spanOf('never', 15)).toBe('never')
})

test('times below the bars are apart, with their days where there are several', () => {
  expect(ticksOf(overview(60, 60)).map(({ text }) => text)).toEqual(['10:00', '10:10', '10:20', '10:30', '10:40', '10:50'])
  expect(ticksOf(overview(10_080, 60))[1]?.text).toMatch(/^05-02 14:00$/)
  expect(ticksOf(overview(60, 0))).toEqual([])
})

test('a range of bars is a time, to the end of the last', () => {
  const range = between(overview(60, 60), 5, 9)
  expect(range?.from).toEqual(new Date(2024, 4, 1, 10, 5))
  expect(range?.to).toEqual(new Date(2024, 4, 1, 10, 9, 59, 999))
  expect(between(overview(60, 2), 5, 9)).toBeUndefined()
})
