import { expect, test } from 'vitest'
import { bytes, listed, optional, whole, wholeText } from './options'

test('sizes are read as people write them', () => {
  expect(['', '1024', '5 MiB', '200k', '1.5 mb', '2GB'].map(bytes)).toEqual([
    0, 1024, 5_242_880, 204_800, 1_572_864, 2_147_483_648,
  ])
  for (const text of ['MiB', '5 apples', '-1', '1e3']) expect(bytes(text), text).toBeNaN()
})

test('limits are numbers, or not there', () => {
  expect([whole('1 000'), whole(''), optional(''), optional('0'), optional('-2.5')]).toEqual([1000, 0, null, 0, -2.5])
  expect(whole('ten')).toBeNaN()
  expect([wholeText(0), wholeText(null), wholeText(12)]).toEqual(['', '', '12'])
})

test('lists are typed with commas or lines', () => {
  expect(listed('a, b\nc,,\n d ')).toEqual(['a', 'b', 'c', 'd'])
})
