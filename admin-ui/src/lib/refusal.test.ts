import { expect, test } from 'vitest'
import { ApiError } from '../api/client'
import { refusal } from './refusal'

test('what stands beside its input is not said twice', () => {
  const error = new ApiError(400, 'Something is wrong.', { fields: { password: 'Cannot be blank.' } })
  expect(refusal(error, ['password'])).toEqual({ fields: { password: 'Cannot be blank.' }, summary: [] })
})

test('what has no input is in the summary', () => {
  const error = new ApiError(400, 'Something is wrong.', { fields: { password: 'Cannot be blank.', id: 'Must be unique.' } })
  expect(refusal(error, ['password']).summary).toEqual(['Something is wrong.', 'id: Must be unique.'])
  expect(refusal(new ApiError(403, 'Not allowed.'), ['password']).summary).toEqual(['Not allowed.'])
})

test('silence and haste have sentences of their own', () => {
  expect(refusal(new ApiError(0, ''), []).summary[0]).toContain('did not answer')
  expect(refusal(new ApiError(429, 'Too Many Requests.'), []).summary[0]).toContain('Wait a minute')
})

test('a fault of ours is no refusal', () => {
  expect(() => refusal(new TypeError('oops'), [])).toThrow('oops')
})
