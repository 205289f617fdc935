import { expect, test } from 'vitest'
import { chosenIn, clauseOf, partsOf, routeClause, toggle, toggleValue } from './clauses'

test('a value is asked for, and no more when it is chosen again', () => {
  const once = toggleValue('', 'data.status', 404, false)
  expect(once).toBe('data.status = 404')
  expect(toggleValue(once, 'data.status', 404, false)).toBe('')
})

test('a value that is left out was not asked for, and the other way round', () => {
  const out = toggleValue('data.status = 404', 'data.status', 404, true)
  expect(out).toBe('data.status != 404')
  expect(toggleValue(out, 'data.status', 404, false)).toBe('data.status = 404')
})

test('another value takes the place of the one before; several can be left out', () => {
  expect(toggleValue("data.status = 404 && data.method = 'GET'", 'data.status', 200, false)).toBe("data.method = 'GET' && data.status = 200")
  expect(toggleValue('data.status != 404', 'data.status', 500, true)).toBe('data.status != 404 && data.status != 500')
})

test('what is typed stays as it is', () => {
  expect(toggleValue('data.execTime > 100 && (level = 8 || level = 4)', 'level', 8, true)).toBe(
    'data.execTime > 100 && (level = 8 || level = 4) && level != 8',
  )
  expect(toggleValue('level = 8 || level = 4', 'data.status', 404, false)).toBe('(level = 8 || level = 4) && data.status = 404')
  expect(toggleValue('level = 8 // bad ones', 'data.status', 404, false)).toBe('level = 8 && data.status = 404')
})

test('values cannot break out of a filter', () => {
  for (const value of [`it's`, '" || 1 = 1 //', 'a\\', '\n', '<b>&&</b>']) {
    const filter = toggleValue('level = 8', 'data.userAgent', value, false)
    expect(partsOf(filter)).toHaveLength(2)
    expect(chosenIn(filter, 'data.userAgent')).toEqual([{ value, isOut: false }])
  }
})

test('what is chosen is read from a filter', () => {
  expect(chosenIn("data.status = 404 && data.status != 500 && data.url ~ 'x'", 'data.status')).toEqual([
    { value: '404', isOut: false },
    { value: '500', isOut: true },
  ])
  expect(chosenIn("data.auth = ''", 'data.auth')).toEqual([{ value: '', isOut: false }])
  expect(chosenIn('data.status > 400', 'data.status')).toEqual([])
})

test('the requests of a route are found with and without a query', () => {
  expect(routeClause('GET /api/collections/posts/records/{id}')).toBe("(data.method = 'GET' && data.url ~ '/api/collections/posts/records/%')")
  expect(routeClause('GET /api/collections/posts/records/{id}', true)).toBe("(data.method != 'GET' || data.url !~ '/api/collections/posts/records/%')")
  expect(routeClause('GET /wp/…')).toBe("(data.method = 'GET' && data.url ~ '/wp/%')")
  expect(routeClause('POST /api/backups/{key}/restore')).toBe("(data.method = 'POST' && data.url ~ '/api/backups/%/restore%')")
  expect(routeClause('/api/health')).toBe("(data.url = '/api/health' || data.url ~ '/api/health?%')")
  expect(routeClause('GET /api/health')).toBe("(data.method = 'GET' && (data.url = '/api/health' || data.url ~ '/api/health?%'))")
  expect(routeClause('GET /api/health', true)).toBe("(data.method != 'GET' || (data.url != '/api/health' && data.url !~ '/api/health?%'))")
})

test('a route is one condition, which is asked for, left out and taken back', () => {
  const [within, without] = [routeClause('GET /api/health'), routeClause('GET /api/health', true)]
  const once = toggle('level = 8', within, without)
  expect(partsOf(once)).toEqual(['level = 8', within])
  expect(toggle(once, without, within)).toBe(`level = 8 && ${without}`)
  expect(toggle(once, within, without)).toBe('level = 8')
})

test('words, numbers and truths are written as such', () => {
  expect(clauseOf('data.on', true)).toBe('data.on = true')
  expect(clauseOf('data.ms', 1.5, true)).toBe('data.ms != 1.5')
})
