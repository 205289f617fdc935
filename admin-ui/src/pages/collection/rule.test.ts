import { expect, test } from 'vitest'
import { SIGNED_IN, stateOf } from './rule'

test('a rule is known by the name of what it does', () => {
  expect([null, '', ' ', SIGNED_IN, "@request.auth.id!=''", 'a = 1'].map(stateOf)).toEqual([
    'superusers', 'everyone', 'everyone', 'signed-in', 'signed-in', 'custom',
  ])
})
