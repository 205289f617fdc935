import { expect, test } from 'vitest'
import { accents, contrast, ENOUGH, parsed } from './accent'

const COLOURS = ['#1055c9', '#ffffff', '#000000', '#ffee00', '#ff0000', '#00ff00', '#0000ff', '#7f7f7f', '#808080', '#767676', '#c0ffee', '#123431']

test('contrast is what WCAG says', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
  expect(contrast('#abc', '#ffffff')).toBe(1)
})

test('whatever was chosen, it is read everywhere, and so is what stands on it', () => {
  for (const colour of COLOURS) {
    const found = accents(colour)
    if (!found) throw new Error(colour)
    for (const [{ accent, on, soft }, grounds] of [
      [found.light, ['#ffffff', '#f6f7f9', '#eceef2']],
      [found.dark, ['#14161b', '#1a1d23', '#23272f']],
    ] as const) {
      for (const ground of [...grounds, soft]) expect(contrast(accent, ground), `${colour} on ${ground}`).toBeGreaterThanOrEqual(ENOUGH)
      expect(contrast(accent, on), `on ${colour}`).toBeGreaterThanOrEqual(ENOUGH)
    }
  }
})

test('a colour that is read well stays as it is', () => {
  expect(accents('#1055c9')?.light.accent).toBe('#1055c9')
})

test('what is no colour is none', () => {
  expect([parsed('red'), parsed('#12345'), parsed(''), accents('url(x)')]).toEqual([undefined, undefined, undefined, undefined])
})
