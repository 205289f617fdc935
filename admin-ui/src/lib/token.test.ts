import { expect, test } from 'vitest'
import { endOf } from './token'

test('a token says when it ends', () => {
  expect(endOf(`x.${btoa(JSON.stringify({ exp: 1_700_000_000 }))}.y`)?.getTime()).toBe(1_700_000_000_000)
  for (const token of ['', 'x', 'x.y.z', `x.${btoa('null')}.y`, `x.${btoa('{"exp":"soon"}')}.y`]) {
    expect(endOf(token), token).toBe(undefined)
  }
})
