import { expect, test } from 'vitest'
import { wordDiff } from './word-diff'

const told = (before: string, after: string) =>
  wordDiff(before, after).map(({ kind, text }) => (kind === 'same' ? text : kind === 'gone' ? `[-${text}]` : `[+${text}]`)).join('')

test('words come and go between those that stay', () => {
  expect(told('the quick fox', 'the slow fox')).toBe('the [-quick][+slow] fox')
  expect(told('', 'new words')).toBe('[+new words]')
  expect(told('old words', '')).toBe('[-old words]')
  expect(told('same', 'same')).toBe('same')
  expect(told('a b c', 'a c')).toBe('a [-b ]c')
})

test('letters of all scripts make words', () => {
  expect(told('schöne Grüße', 'schöne Wörter')).toBe('schöne [-Grüße][+Wörter]')
})

test('nothing is lost, whatever the texts', () => {
  const [before, after] = ['<p>One, two.</p>\n', '<p>One <b>and</b> two!</p>']
  const pieces = wordDiff(before, after)
  expect(pieces.filter(({ kind }) => kind !== 'new').map(({ text }) => text).join('')).toBe(before)
  expect(pieces.filter(({ kind }) => kind !== 'gone').map(({ text }) => text).join('')).toBe(after)
})

test('very long texts that have nothing in common are told as a whole, at once', () => {
  const text = (word: string) => Array.from({ length: 4_000 }, (_, at) => `${word}${at}`).join('-')
  expect(wordDiff(text('a'), text('b')).length).toBeLessThan(20_000)
})
