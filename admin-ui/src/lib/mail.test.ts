import { expect, test } from 'vitest'
import { filled, shown } from './mail'

test('placeholders are filled once, and unknown ones stay', () => {
  const values = { APP_NAME: 'Films {TOKEN}', 'RECORD:email': 'ann@example.com' }
  expect(filled('{APP_NAME} to {RECORD:email}, {NOTHING} {RECORD:none}', values)).toBe(
    'Films {TOKEN} to ann@example.com, {NOTHING} {RECORD:none}',
  )
})

test('what a mail would load, run or lead to is taken out of what is shown', () => {
  const { html, css } = shown(
    '<body><style>p { color: red }</style><script>alert(1)</script><p style="color: blue" onclick="x()">a</p>' +
      '<a class="btn" href="https://a">b</a><img src=x></body>',
  )
  expect(html).toBe(
    '<p data-style="color: blue" data-onclick="x()">a</p><a class="btn" data-href="https://a">b</a><img data-src=x>',
  )
  expect(css).toBe('p { color: red }')
})
