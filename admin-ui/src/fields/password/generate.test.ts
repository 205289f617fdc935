import { expect, test } from 'vitest'
import { generated } from './generate'

test('each is another one, of letters and digits that are not mixed up', () => {
  const made = Array.from({ length: 200 }, () => generated())
  expect(new Set(made).size).toBe(200)
  for (const one of made) expect(one).toMatch(/^[A-HJ-NP-Za-hj-km-np-z2-9]{20}$/)
})
