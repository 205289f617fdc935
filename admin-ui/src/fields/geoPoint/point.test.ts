import { expect, test } from 'vitest'
import { pasted } from './point'

test('places are read from texts and from addresses of maps', () => {
  const oslo = { lat: 59.91, lon: 10.75 }
  for (const text of [
    '59.91, 10.75',
    ' 59.91;10.75 ',
    'https://maps.example.com/maps/@59.91,10.75,12z',
    'https://map.example.org/#map=12/59.91/10.75',
    'https://maps.example.com/?q=59.91,10.75',
  ]) {
    expect(pasted(text), text).toEqual(oslo)
  }
  expect(pasted('-33.86, 151.21')).toEqual({ lat: -33.86, lon: 151.21 })
})

test('what is no place is not taken for one', () => {
  for (const text of ['', '59.91', '95, 10', '10, 190', 'a, b']) expect(pasted(text), text).toBe(undefined)
})
