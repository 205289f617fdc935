import { expect, test } from 'vitest'
import { errorAt, overtaken, said, treeOf, valueAt } from './settings'

test('a value is found by its path', () => {
  const tree = { meta: { appName: 'Notes' }, superuserIPs: ['::1'] }
  expect(valueAt(tree, 'meta.appName')).toBe('Notes')
  expect(valueAt(tree, 'superuserIPs')).toEqual(['::1'])
  expect([valueAt(tree, 'smtp.host'), valueAt(tree, 'meta.appName.length')]).toEqual([undefined, undefined])
})

test('only what was typed is sent, each at its place', () => {
  expect(treeOf({ 'meta.appName': 'A', 'meta.appURL': 'b', superuserIPs: [], 's3.secret': '' })).toEqual({
    meta: { appName: 'A', appURL: 'b' },
    superuserIPs: [],
    s3: { secret: '' },
  })
  expect(treeOf({})).toEqual({})
})

test('what somebody else changed is told only where it was typed here too, and otherwise', () => {
  const base = { meta: { appName: 'A', appURL: 'u' }, batch: { maxRequests: 1 } }
  const now = { meta: { appName: 'B', appURL: 'v' }, batch: { maxRequests: 2 } }
  expect(overtaken(base, now, { 'meta.appName': 'C', 'batch.maxRequests': 2 })).toEqual([{ path: 'meta.appName', theirs: 'B', mine: 'C' }])
  expect(overtaken(base, base, { 'meta.appName': 'C' })).toEqual([])
})

test('a secret, which nobody is told, is overtaken by nothing', () => {
  expect(overtaken({ smtp: {} }, { smtp: {} }, { 'smtp.password': 'x' })).toEqual([])
})

test('an error of an entry stands beside its list', () => {
  const errors = { 'superuserIPs.1': 'No address.', 'meta.appName': 'Too long.' }
  expect(errorAt(errors, 'superuserIPs')).toBe('Entry 2: No address.')
  expect(errorAt(errors, 'meta.appName')).toBe('Too long.')
  expect(errorAt(errors, 'meta.app')).toBeUndefined()
})

test('values in sentences', () => {
  expect([said(''), said(true), said(3), said([]), said(['a', 'b']), said([{}]), said('x')]).toEqual([
    'nothing', 'on', '3', 'nothing', 'a, b', '1 entry', '“x”',
  ])
})
