import { describe, expect, it } from 'vitest'
import { complete } from './complete'
import { COLLECTIONS, POSTS } from './ground.fixture'
import type { Purpose } from './paths'

const NOW = new Date('2024-02-29T12:34:56.789Z')

/** What is offered at `|`. */
function offered(marked: string, { purpose = 'filter' as Purpose, asked = false } = {}) {
  const at = marked.indexOf('|')
  const text = marked.slice(0, at) + marked.slice(at + 1)
  return complete({ text, at, asked, now: NOW, collections: COLLECTIONS, collection: POSTS, purpose })
}

const labels = (marked: string, options?: Parameters<typeof offered>[1]) => offered(marked, options)?.options.map(({ label }) => label) ?? []

describe('fields', () => {
  it('are offered by their beginning, then by what they have in them', () => {
    expect(labels('t|').slice(0, 2)).toEqual(['title', 'tags'])
    expect(labels('t|')).toContain('state')
    expect(labels('ST|')[0]).toBe('state')
  })

  it('come without a letter only where somebody asks, or behind a join', () => {
    expect(labels('|')).toEqual([])
    expect(labels('|', { asked: true })[0]).toBe('id')
    expect(labels('published = true && |')[0]).toBe('id')
    expect(labels('(|')[0]).toBe('id')
  })

  it('go on through relations, and backwards', () => {
    expect(labels('author.|')).toEqual(['author.id', 'author.name', 'author.email', 'author.collectionName', 'author.collectionId', 'author.posts_via_author.', 'author.posts_via_readers.'])
    expect(labels('author.na|')).toEqual(['author.name'].concat(labels('author.na|').slice(1)))
    expect(labels('comments_via|')).toEqual(['comments_via_post.'])
    expect(labels('comments_via_post.v|')).toEqual(['comments_via_post.votes'])
    expect(labels('place.|')).toEqual(['place.lon', 'place.lat'])
  })

  it('have the modifiers that fit', () => {
    expect(labels('title:|')).toEqual(['title:lower'])
    expect(labels('tags:|')).toEqual(['tags:lower', 'tags:length', 'tags:each'])
    expect(labels('views:|')).toEqual([])
    expect(labels('@request.body.title:|', { purpose: 'rule' })).toEqual(['@request.body.title:lower', '@request.body.title:isset', '@request.body.title:changed'])
  })

  it('replace the whole word that the cursor is in', () => {
    expect(offered('ti|tle = 1')).toMatchObject({ from: 0, to: 5 })
    expect(offered('views = 1 && ti|')).toMatchObject({ from: 13, to: 15 })
  })

  it('never are passwords', () => {
    expect(labels('author.|')).not.toContain('author.password')
    expect(labels('author.|')).not.toContain('author.tokenKey')
  })
})

describe('rules', () => {
  const rule = { purpose: 'rule' as const }

  it('speak of the request and of other collections, filters do not', () => {
    expect(labels('@r|', rule)).toEqual(expect.arrayContaining(['@request.auth.', '@request.body.']))
    expect(labels('@r|').filter((one) => one.startsWith('@request'))).toEqual([])
    expect(labels('@request.|', rule)).toEqual(['auth.', 'body.', 'query.', 'headers.', 'method', 'context'].map((one) => `@request.${one}`))
    expect(labels('@request.auth.e|', rule)[0]).toBe('@request.auth.email')
    expect(labels('@request.body.vi|', rule)).toEqual(['@request.body.views'])
    expect(labels('@collection.|', rule)).toEqual(['@collection.authors.', '@collection.posts.', '@collection.comments.'])
    expect(labels('@collection.comments:two.vo|', rule)).toEqual(['@collection.comments:two.votes'])
  })

  it('compare relations with who asks', () => {
    expect(labels('author = |', rule)).toContain('@request.auth.id')
    expect(labels('author = @request.auth.i|', rule)).toContain('@request.auth.id')
  })
})

describe('operators', () => {
  it('fit the type', () => {
    expect(labels('title |')).toEqual(['~', '=', '!=', '!~', '>', '>=', '<', '<='])
    expect(labels('published |')).toEqual(['=', '!='])
    expect(labels('created |')[0]).toBe('>')
    expect(labels('tags |')[0]).toBe('?=')
    expect(labels('tags:length |')[0]).toBe('=')
    expect(labels('views >|')).toEqual([])
    expect(labels('views !|')).toEqual(['!='])
  })

  it('are not for words', () => {
    expect(labels('monkey |')).toEqual([])
    expect(labels('monkey bicy|')).toEqual([])
  })
})

describe('values', () => {
  it('are those of a choice, quoted so that none breaks out', () => {
    expect(labels('state = |')).toEqual(["'draft'", "'open'", `"</script>\\"'"`, "''"])
    expect(labels("state = 'dr|")).toEqual(["'draft'"])
    expect(labels("state = 'draft'|")).toEqual([])
    expect(labels('state = op|')[0]).toBe("'open'")
  })

  it('are true and false, and times with what they are now', () => {
    expect(labels('published = |')).toEqual(['true', 'false'])
    expect(labels('published = t|')).toEqual(['true'])
    const times = offered('created > |')?.options
    expect(times?.find(({ label }) => label === '@todayStart')?.hint).toBe('begin of today: 2024-02-29 00:00:00Z')
    expect(labels('created > @mon|').slice(0, 2)).toEqual(['@monthStart', '@monthEnd'])
    expect(labels('created > |')).toContain("'2024-02-29'")
  })

  it('are asked of the server for texts, numbers and relations', () => {
    expect(offered("title ~ 'mo|")?.wanted).toMatchObject({ field: { name: 'title' }, typed: 'mo' })
    expect(offered("author.name = 'U|")?.wanted).toMatchObject({ collection: { name: 'authors' }, field: { name: 'name' } })
    expect(offered('author = |')?.wanted).toMatchObject({ field: { name: 'author' }, typed: '' })
    expect(offered('state = |')?.wanted).toBeUndefined()
  })

  it('stand apart from an operator', () => {
    expect(offered('published =|')?.options[0]?.text).toBe(' true')
  })
})

describe('what follows', () => {
  it('is a join behind a whole comparison, once there is a blank', () => {
    expect(labels('views > 3 |')).toEqual(['&&', '||'])
    expect(labels('(views > 3 |')).toEqual(['&&', '||', ')'])
    expect(labels('views > 3|')).toEqual([])
    expect(labels('views > 3|', { asked: true })).toEqual(['&&', '||'])
    expect(labels('views > 3 &|')).toEqual(['&&'])
  })

  it('is nothing in a comment, and functions are one operand', () => {
    expect(labels('views > 3 // t|')).toEqual([])
    expect(labels('geoDistance(place.lon, place.lat, 1, 2) < 3 |')).toEqual(['&&', '||'])
    expect(labels('geoDistance(pl|').slice(0, 1)).toEqual(['place'])
  })
})
