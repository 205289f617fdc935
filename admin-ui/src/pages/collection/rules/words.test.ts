import { expect, test } from 'vitest'
import type { Clause, Explanation } from '../../../api/explain'
import type { Case } from './case'
import { changed, decidingValues, isLiteral, isPath, readsOf, reason, shown, verdict } from './words'

const asked = (change: Partial<Case>): Case => ({
  operation: 'update', caller: { collection: 'users', id: 'u1', text: 'Ann' }, record: { id: 'p1', text: 'Hammer' },
  body: {}, query: {}, headers: {}, ...change,
})
const compare = (left: [string, unknown], right: [string, unknown], result: Clause['result'], decides = true): Clause => ({
  from: 0, to: 0, text: `${left[0]} = ${right[0]}`, kind: 'compare', result, decides, milliseconds: 0,
  left: { from: 0, to: 0, text: left[0], value: left[1] }, right: { from: 0, to: 0, text: right[0], value: right[1] },
})
const joined = (kind: 'all' | 'any', result: Clause['result'], parts: Clause[]): Clause => ({
  from: 0, to: 0, text: '', kind, result, decides: true, milliseconds: 0, parts,
})

test('verdicts are sentences', () => {
  expect(verdict(asked({}), false)).toBe('Ann may not update “Hammer”')
  expect(verdict(asked({ operation: 'list' }), true)).toBe('Ann finds “Hammer” in lists')
  expect(verdict(asked({ operation: 'list', record: null, caller: null }), false)).toBe('A guest may not list records')
  expect(verdict(asked({ operation: 'create', caller: 'superuser' }), true)).toBe('A superuser may create this record')
  expect(verdict(asked({ operation: 'auth' }), false)).toBe('“Hammer” may not sign in')
})

test('a change of verdict says so', () => {
  expect(changed(asked({ operation: 'delete', caller: null }), true, 'tools')).toBe('A guest may now delete “Hammer” of tools')
  expect(changed(asked({}), false, 'tools')).toBe('Ann may no longer update “Hammer” of tools')
  expect(changed(asked({ operation: 'list' }), true, 'tools')).toBe('Ann now finds “Hammer” in lists of tools')
  expect(changed(asked({ operation: 'list' }), false, 'tools')).toBe('Ann no longer finds “Hammer” in lists of tools')
})

test('the values of the record that decided are told', () => {
  const clause = joined('all', 'false', [
    compare(['owner', 'u2'], ['@request.auth.id', 'u1'], 'false'),
    compare(['locked', 0], ['false', 0], 'true', false),
  ])
  expect(decidingValues(clause)).toEqual([{ name: 'owner', value: '"u2"' }])
  expect(decidingValues(compare(['true', 1], ['locked', 1], 'true'))).toEqual([{ name: 'locked', value: 'true' }])
})

test('parts that hold and a whole that does not need an explanation', () => {
  const clause = joined('all', 'false', [compare(['a', 1], ['1', 1], 'true', false)])
  expect(reason({ by: 'rule', clause, message: '', allowed: false } as unknown as Explanation)).toMatch(/no single/)
})

test('values are told as they are', () => {
  const value = (one: unknown) => shown({ from: 0, to: 0, text: 'a', value: one })
  expect([value(''), value(null), value(0), value('<b>'), value([])]).toEqual(['""', 'null', '0', '"<b>"', 'none'])
  expect(value(Array.from({ length: 10 }, () => 1))).toBe('1, 1, 1, 1, 1, 1, 1, 1 and 2 more')
  expect(shown({ from: 0, to: 0, text: 'tokenKey', secret: true })).toBe('secret')
})

test('operands are literals, fields, or the request', () => {
  expect(['"a"', "'a'", '1.5', 'true', 'null'].every(isLiteral)).toBe(true)
  expect(['owner', 'author.name', 'tags:length'].every(isPath)).toBe(true)
  expect(['true', '"a"', '@request.auth.id', 'geoDistance(a, b, 1, 2)'].some(isPath)).toBe(false)
})

test('what a rule reads of a request is found outside its texts', () => {
  const rule = '@request.query.key = "@request.query.no" && @request.headers.x_key != "" // @request.body.a\n && @request.query.key != ""'
  expect(readsOf(rule)).toEqual({ query: ['key'], headers: ['x_key'], body: false })
  expect(readsOf(null)).toEqual({ query: [], headers: [], body: false })
  expect(readsOf('@request.body.owner:changed = false').body).toBe(true)
})
