import { expect, test } from 'vitest'
import type { FacetName, FacetValue } from '../../api/logs'
import { suggest } from './suggest'

const facets: Record<FacetName, FacetValue[]> = {
  level: [{ value: 0, count: 9 }],
  status: [{ value: 200, count: 9 }, { value: 404, count: 1 }],
  method: [{ value: 'GET', count: 9 }],
  route: [],
  auth: [{ value: 'users', count: 9 }],
  ip: [{ value: '10.0.0.1', count: 9 }],
}
const labels = (text: string, asked = false) => suggest(text, text.length, asked, facets)?.options.map(({ label }) => label) ?? []

test('fields of an entry are offered, and what lies in its data', () => {
  expect(labels('', true)).toEqual(expect.arrayContaining(['level', 'message', 'data.', 'created']))
  expect(labels('data.st')).toEqual(['data.status'])
  expect(labels('da')).toContain('data.')
  expect(labels('', true)).not.toContain('geoDistance(')
})

test('operators fit the field, and values are those that there are', () => {
  expect(labels('data.status ')[0]).toBe('=')
  expect(labels('data.status = ')).toEqual(expect.arrayContaining(['200', '404']))
  expect(labels('data.method = ')).toContain("'GET'")
  expect(labels('data.userIP = "10')).toContain("'10.0.0.1'")
  expect(suggest('level >= ', 9, false, facets)?.options[3]).toEqual({ label: '8', hint: 'Error' })
})
