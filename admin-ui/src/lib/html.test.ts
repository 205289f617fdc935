import { expect, test } from 'vitest'
import { plainText } from './html'

test('the words of HTML are on one line', () => {
  expect(plainText('<p>Some <b>bold</b>\n words</p><p>and &amp; more&nbsp;&#8211; &#x2713;</p>')).toBe('Some bold words and & more – ✓')
})

test('what is no HTML stays as it is', () => {
  expect(plainText('1 < 2 && 3 > 2 &unknown; <3')).toBe('1 < 2 && 3 > 2 &unknown; <3')
})

test('scripts and styles are no words, also where they are cut off', () => {
  expect(plainText('a<script>alert("x")</script>b<style>p{}</style>c<script>never closed')).toBe('a b c')
})
