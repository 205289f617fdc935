import { expect, test } from 'vitest'
import { generated } from './generate'
import { strengthOf } from './strength'

test('passwords are told apart by how hard they are to guess', () => {
  const levels = (list: string[]) => list.map((one) => [one, strengthOf(one).level])
  const weak = ['a', 'password', 'Password1', '12345678', 'aaaaaaaaaaaaaaaa', 'abcdefghijklmnop', 'qwerty123', 'abababababababab']
  expect(levels(weak)).toEqual(weak.map((one) => [one, 'weak']))
  const fair = ['kestrel42', 'Rx7!kLmq']
  expect(levels(fair)).toEqual(fair.map((one) => [one, 'fair']))
  const strong = ['correct horse battery staple', generated()]
  expect(levels(strong)).toEqual(strong.map((one) => [one, 'strong']))
})
