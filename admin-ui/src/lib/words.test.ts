import { expect, test } from 'vitest'
import { span, unitOf } from './words'

test('a span of time is told in the largest unit without a rest', () => {
  expect([432_000, 1800, 90, 3600, 1, 0].map(span)).toEqual(['5 days', '30 minutes', '90 seconds', '1 hour', '1 second', '0 seconds'])
  expect(unitOf(Number.NaN)).toEqual({ name: 'second', seconds: 1 })
})
