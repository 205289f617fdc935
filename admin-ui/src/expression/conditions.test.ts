import { describe, expect, it } from 'vitest'
import { conditionsOf, filterOf } from './conditions'
import { HOSTILE } from './ground.fixture'
import { quoted } from './tokens'

const back = (text: string) => {
  const found = conditionsOf(text)
  return found && filterOf(found)
}

it.each([
  '',
  'lent = true',
  `title ~ 'a && b' && year >= 1970`,
  `author.name = "it's" || comments_via_book.votes ?> 3`,
  `lent = true && (shelf = 'fiction' || shelf = 'science') && created > @todayStart`,
  `(a = 1 && b = 2) || (c = 3 && d = 4)`,
  `tags:length > 2`,
  `owner = @request.auth.id`,
  `shelf = ${quoted(HOSTILE)}`,
])('reads %j and writes the same', (text) => {
  expect(back(text)).toBe(text)
})

it('knows which join binds more, and what brackets are for nothing', () => {
  expect(back('a = 1 || b = 2 && c = 3')).toBe('a = 1 || (b = 2 && c = 3)')
  expect(back('((a=1))')).toBe('a = 1')
  expect(back('a=1   &&\n b=2')).toBe('a = 1 && b = 2')
})

it.each([
  'monkey bicyclist',
  'a = ',
  'a = 1 &&',
  '(a = 1',
  '1 = a',
  `geoDistance(a.lon, a.lat, 1, 2) < 3`,
  `a < strftime('%Y', b)`,
  'a = 1 // why',
  'a = 1 && (b = 2 || (c = 3 && d = 4))',
  `a = 'open`,
])('says of %j that it is beyond', (text) => {
  expect(conditionsOf(text)).toBeUndefined()
})

describe('writing', () => {
  const condition = (path: string, operator: string, value: string) => ({ kind: 'condition' as const, path, operator, value })

  it('leaves out what is not chosen to its end', () => {
    const parts = [condition('', '=', ''), condition('year', '>', ''), condition('title', '~', "''"), condition('lent', '=', 'true')]
    expect(filterOf({ kind: 'group', join: 'all', parts })).toBe('lent = true')
  })

  it('needs no brackets around one', () => {
    const inner = { kind: 'group' as const, join: 'any' as const, parts: [condition('a', '=', '1'), condition('', '=', '')] }
    expect(filterOf({ kind: 'group', join: 'all', parts: [inner, condition('b', '=', '2')] })).toBe('a = 1 && b = 2')
  })
})
