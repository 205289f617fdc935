import { beforeEach, expect, test, vi } from 'vitest'
import type { Case } from './case'
import { Cases } from './cases.svelte'
import { Tester } from './tester.svelte'

vi.mock('../../../api/explain', () => ({ explain: vi.fn() }))

const kept = new Map<string, string>()
beforeEach(() => {
  kept.clear()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  })
})

const one: Case = { operation: 'update', caller: null, record: { id: 'p1', text: 'Hammer' }, body: { title: 'New' }, query: {}, headers: {} }

test('cases are kept by their names, and what is none is passed over', () => {
  const cases = new Cases({ id: 'c1' })
  cases.save({ name: 'b', case: one, allowed: true })
  cases.save({ name: 'a', case: one, allowed: true })
  cases.save({ name: 'b', case: one, allowed: false })
  expect(new Cases({ id: 'c1' }).list.map(({ name, allowed }) => [name, allowed])).toEqual([['a', true], ['b', false]])
  expect(new Cases({ id: 'c2' }).list).toEqual([])
  kept.set('tuckbox_cases_c1', JSON.stringify([{ name: 'c', case: { operation: 'drop' }, allowed: true }, 1, null]))
  expect(new Cases({ id: 'c1' }).list).toEqual([])
})

test('a case is whole once its record and its caller are known and its body can be read', () => {
  const tester = new Tester()
  tester.operation = 'update'
  expect(tester.case).toBe(undefined)
  tester.record = { id: 'p1', text: 'Hammer' }
  tester.bodyText = '{ "title": '
  expect([tester.case, tester.bodyFault]).toEqual([undefined, 'This is no JSON yet.'])
  tester.bodyText = '{ "title": "New" }'
  expect(tester.case).toEqual(one)
  tester.caller = undefined
  expect(tester.case).toBe(undefined)
})

test('a case that is opened is the one that was kept', () => {
  const tester = new Tester()
  tester.tab = 'cases'
  tester.open(one)
  expect([tester.tab, tester.case]).toEqual(['case', one])
  // Lists need no record.
  tester.open({ ...one, operation: 'list', record: null, body: {} })
  expect(tester.case?.record).toBe(null)
})
