import { expect, test } from 'vitest'
import { readMoment, written } from './moment'

/** A Wednesday. */
const now = new Date('2024-05-01T10:20:30.000Z')
const read = (text: string) => readMoment(text, { isUtc: true, now })?.toISOString()

test('times are read as people type them', () => {
  const cases: [string, string][] = [
    ['now', '2024-05-01T10:20:30.000Z'],
    ['today', '2024-05-01T00:00:00.000Z'],
    ['tomorrow 9:00', '2024-05-02T09:00:00.000Z'],
    ['Tomorrow at 9pm', '2024-05-02T21:00:00.000Z'],
    ['yesterday noon', '2024-04-30T12:00:00.000Z'],
    ['9:30', '2024-05-01T09:30:00.000Z'],
    ['12am', '2024-05-01T00:00:00.000Z'],
    ['friday', '2024-05-03T00:00:00.000Z'],
    ['wed 8:15', '2024-05-08T08:15:00.000Z'],
    ['last monday', '2024-04-29T00:00:00.000Z'],
    ['last wednesday', '2024-04-24T00:00:00.000Z'],
    ['in 3 days', '2024-05-04T10:20:30.000Z'],
    ['90 minutes ago', '2024-05-01T08:50:30.000Z'],
    ['in 2h', '2024-05-01T12:20:30.000Z'],
    ['in 1 month', '2024-06-01T10:20:30.000Z'],
    ['2 years ago', '2022-05-01T10:20:30.000Z'],
    ['2024-05-01', '2024-05-01T00:00:00.000Z'],
    ['2024-2-9 7:05', '2024-02-09T07:05:00.000Z'],
    ['2024-05-01T12:30:00', '2024-05-01T12:30:00.000Z'],
    ['2024-05-01 12:30:15.25', '2024-05-01T12:30:15.250Z'],
    ['2024-05-01T12:30:00+02:00', '2024-05-01T10:30:00.000Z'],
    ['2024-05-01 10:00:00.000Z', '2024-05-01T10:00:00.000Z'],
    ['0099-01-02', '0099-01-02T00:00:00.000Z'],
  ]
  for (const [text, expected] of cases) expect([text, read(text)]).toEqual([text, expected])
})

test('what is no time is none', () => {
  for (const text of ['', 'soon', '9', '25:00', '9:75', '13pm', '2024-02-30', '2024-13-01', 'in 3', 'in 3 lightyears', 'tomorrow soon']) {
    expect([text, read(text)]).toEqual([text, undefined])
  }
})

test('what is written is read as the same instant, in both zones', () => {
  for (const time of [now, new Date('1999-12-31T23:59:59.120Z')]) {
    for (const isUtc of [true, false]) expect(readMoment(written(time, isUtc), { isUtc, now })).toEqual(time)
  }
  expect(written(now, true)).toBe('2024-05-01 10:20:30')
})
