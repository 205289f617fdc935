import { expect, test } from 'vitest'
import { conflicts, faultsOf, inWords, labels, PRESETS, type Audience, type RateRule } from './rate-limits'

const rule = (label: string, audience: Audience = '', more: Partial<RateRule> = {}): RateRule => ({ label, audience, duration: 1, maxRequests: 1, ...more })

test('labels that the server takes have no fault', () => {
  for (const label of ['*:auth', 'users:create', '/api/', '/', 'POST /api/x-y_z', 'create', 'get /a']) expect(faultsOf(rule(label)), label).toEqual({})
})

test('labels that it does not take are told', () => {
  for (const label of ['', 'a b', 'POST  /api', '*', 'a:b:c', '/ä', ':create', 'POST']) {
    expect('label' in faultsOf(rule(label)), label).toBe(!/^\w+$/.test(label))
  }
})

test('a rule wants a time and a number', () => {
  expect(Object.keys(faultsOf(rule('/api/', '', { duration: 0, maxRequests: Number.NaN })))).toEqual(['duration', 'maxRequests'])
})

test('two rules for the same people contradict each other', () => {
  expect(conflicts([rule('a'), rule('b'), rule('a', '@guest'), rule('b', ''), rule('')])).toEqual([undefined, undefined, 0, 1, undefined])
  expect(conflicts([rule('a', '@guest'), rule('a', '@auth')])).toEqual([undefined, undefined])
})

test('no set contradicts itself', () => {
  for (const { name, rules } of PRESETS) {
    expect(conflicts(rules).filter((one) => one !== undefined), name).toEqual([])
    expect(rules.flatMap((one) => Object.keys(faultsOf(one))), name).toEqual([])
  }
})

test('only what a collection can do is offered for it', () => {
  const offered = labels([{ name: 'posts', type: 'base' }, { name: 'users', type: 'auth' }, { name: 'sums', type: 'view' }])
  expect(offered).toContain('users:authWithPassword')
  expect(offered).not.toContain('posts:authWithPassword')
  expect(offered.filter((one) => one.startsWith('sums:'))).toEqual(['sums:list', 'sums:view'])
})

test('a rule in words', () => {
  expect(inWords(rule('*:auth', '@guest', { duration: 3, maxRequests: 2 }))).toBe('*:auth for guests, 2 in 3 s')
})
