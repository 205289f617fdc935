import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ClientResponseError } from 'pocketbase'
import { startServer } from './support/server.js'
import { OPEN, everyField } from './support/schema.js'

let server
let pb
before(async () => {
  server = await startServer()
  pb = await server.superuser()
})
after(async () => { await server.stop() })

test('a record of every field type is created, read, changed and deleted', async () => {
  const target = await pb.collections.create({ name: 'targets', type: 'base', fields: [{ name: 'name', type: 'text' }] })
  await pb.collections.create({ name: 'everything', type: 'base', fields: everyField(target.id), ...OPEN })
  const [one, two] = [
    await pb.collection('targets').create({ name: 'one' }),
    await pb.collection('targets').create({ name: 'two' }),
  ]
  const sent = {
    title: 'Tin “box”', body: '<p>Hello</p>', score: 1.5, active: true, contact: 'a@example.com',
    site: 'https://example.com', due: new Date('2026-01-02T03:04:05.678Z'), kind: 'b', tags: ['red', 'blue'],
    parent: one.id, friends: [one.id, two.id], extra: { z: 1, a: [1, 'two', null] }, pin: 'secret',
    place: { lon: 12.5, lat: 41.9 },
  }
  const guest = server.guest()
  const made = await guest.collection('everything').create(sent)
  assert.match(made.id, /^[a-z0-9]{15}$/)
  assert.equal(made.due, '2026-01-02 03:04:05.678Z')
  assert.equal(made.pin, '')
  assert.equal(made.cover, '')
  assert.deepEqual(made.papers, [])
  assert.match(made.created, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z$/)
  for (const key of ['title', 'body', 'score', 'active', 'kind', 'tags', 'parent', 'friends', 'extra', 'place']) {
    assert.deepEqual(made[key], sent[key], key)
  }
  assert.deepEqual(await guest.collection('everything').getOne(made.id), made)

  const changed = await guest.collection('everything').update(made.id, {
    'score+': 2, 'tags-': 'red', '+friends': two.id, extra: null, active: false,
  })
  assert.equal(changed.score, 3.5)
  assert.deepEqual(changed.tags, ['blue'])
  assert.deepEqual(changed.friends, [two.id, one.id])
  assert.equal(changed.extra, null)
  assert.equal(changed.active, false)
  assert.equal(changed.title, sent.title)

  const expanded = await guest.collection('everything').getOne(made.id, { expand: 'parent,friends' })
  assert.equal(expanded.expand, undefined, 'guests may not view the targets')
  const seen = await pb.collection('everything').getOne(made.id, { expand: 'parent,friends', fields: 'id,expand.parent.name' })
  assert.deepEqual(seen, { id: made.id, expand: { parent: { name: 'one' } } })

  await guest.collection('everything').delete(made.id)
  await assert.rejects(guest.collection('everything').getOne(made.id), (error) => error.status === 404)
})

test('lists are filtered through two relations, sorted and paged', async () => {
  const countries = await pb.collections.create({ name: 'countries', type: 'base', fields: [{ name: 'name', type: 'text' }], ...OPEN })
  const cities = await pb.collections.create({
    name: 'cities', type: 'base', ...OPEN,
    fields: [{ name: 'name', type: 'text' }, { name: 'country', type: 'relation', collectionId: countries.id }],
  })
  await pb.collections.create({
    name: 'people', type: 'base', ...OPEN,
    fields: [
      { name: 'name', type: 'text' }, { name: 'age', type: 'number' },
      { name: 'city', type: 'relation', collectionId: cities.id },
    ],
  })
  for (const country of ['Italy', 'Norway']) {
    const { id } = await pb.collection('countries').create({ name: country })
    for (const city of ['North', 'South']) {
      const made = await pb.collection('cities').create({ name: `${city} ${country}`, country: id })
      for (let age = 20; age < 24; age++) {
        await pb.collection('people').create({ name: `${city[0]}${country[0]}${age}`, age, city: made.id })
      }
    }
  }

  const guest = server.guest()
  const filter = pb.filter('city.country.name = {:country} && age >= {:age}', { country: 'Norway', age: 22 })
  const page = await guest.collection('people').getList(1, 3, { filter, sort: '-age,name', expand: 'city.country' })
  assert.equal(page.totalItems, 4)
  assert.equal(page.totalPages, 2)
  assert.deepEqual(page.items.map((one) => one.name), ['NN23', 'SN23', 'NN22'])
  assert.equal(page.items[0].expand.city.expand.country.name, 'Norway')

  const back = await guest.collection('countries').getFirstListItem('cities_via_country.people_via_city.name ?= "SI21"', {
    expand: 'cities_via_country',
  })
  assert.equal(back.name, 'Italy')
  assert.equal(back.expand.cities_via_country.length, 2)

  const all = await guest.collection('people').getFullList({ batch: 5, sort: '@rowid' })
  assert.equal(all.length, 16)
  assert.equal(new Set(all.map((one) => one.id)).size, 16)
})

test('pb.filter carries any text safely', async () => {
  await pb.collections.create({ name: 'texts', type: 'base', fields: [{ name: 't', type: 'text' }], ...OPEN })
  const texts = [`it's`, `"quoted"`, `back\\slash`, `100%_sure`, `new\nline`, `ünï — 箱`, `') || 1=1 //`]
  for (const t of texts) await pb.collection('texts').create({ t })
  for (const t of texts) {
    const found = await server.guest().collection('texts').getFullList({ filter: pb.filter('t = {:t}', { t }) })
    assert.deepEqual(found.map((one) => one.t), [t])
  }
})

test('getFirstListItem without a hit is a 404', async () => {
  await assert.rejects(
    server.guest().collection('texts').getFirstListItem('t = "nowhere"'),
    (error) => error instanceof ClientResponseError && error.status === 404,
  )
})

test('files travel as FormData, with objects beside them', async () => {
  await pb.collections.create({
    name: 'albums', type: 'base', ...OPEN,
    fields: [
      { name: 'title', type: 'text' }, { name: 'meta', type: 'json' }, { name: 'cover', type: 'file' },
      { name: 'scans', type: 'file', maxSelect: 3, mimeTypes: ['text/plain'] },
    ],
  })
  const guest = server.guest()
  const made = await guest.collection('albums').create({
    title: '0012', meta: { year: 1999 },
    cover: new File(['<svg xmlns="http://www.w3.org/2000/svg"/>'], 'Cover Art.svg'),
    scans: [new File(['page one'], 'one.txt'), new File(['page two'], 'two.txt')],
  })
  assert.equal(made.title, '0012')
  assert.deepEqual(made.meta, { year: 1999 })
  assert.match(made.cover, /^cover_art_[a-z0-9]{10}\.svg$/)
  assert.equal(made.scans.length, 2)

  const answer = await fetch(guest.files.getURL(made, made.scans[0]))
  assert.equal(answer.status, 200)
  assert.equal(await answer.text(), 'page one')

  const form = new FormData()
  form.append('scans-', made.scans[0])
  form.append('scans+', new File(['page three'], 'three.txt'))
  const changed = await guest.collection('albums').update(made.id, form)
  assert.equal(changed.scans.length, 2)
  assert.equal(changed.scans[0], made.scans[1])
  const gone = async () => (await fetch(guest.files.getURL(made, made.scans[0]))).status
  assert.equal(await gone(), 404)

  await assert.rejects(
    guest.collection('albums').update(made.id, { 'scans+': new File([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])], 'x.png') }),
    (error) => error.response.data.scans.code === 'validation_invalid_mime_type',
  )
})

test('errors say what is wrong with which field', async () => {
  await pb.collections.create({
    name: 'strict', type: 'base', ...OPEN,
    fields: [{ name: 'title', type: 'text', required: true }, { name: 'code', type: 'text', min: 3 }],
    indexes: ['CREATE UNIQUE INDEX idx_strict_title ON strict (title)'],
  })
  const guest = server.guest()
  await assert.rejects(guest.collection('strict').create({ code: 'ab' }), (error) => {
    assert.ok(error instanceof ClientResponseError)
    assert.equal(error.status, 400)
    assert.equal(error.response.message, 'Failed to create record.')
    assert.deepEqual(error.response.data, {
      title: { code: 'validation_required', message: 'Cannot be blank.' },
      code: { code: 'validation_min_text_constraint', message: 'Must be at least 3 character(s).', params: { min: 3 } },
    })
    return true
  })
  await guest.collection('strict').create({ title: 'one' })
  await assert.rejects(
    guest.collection('strict').create({ title: 'one' }),
    (error) => error.response.data.title.code === 'validation_not_unique',
  )
  await assert.rejects(guest.collection('strict').getList(1, 1, { filter: 'title ==' }), (error) => error.status === 400)
  await assert.rejects(guest.collection('nowhere').getList(), (error) => error.status === 404)
})

test('rules decide for guests', async () => {
  await pb.collections.create({
    name: 'notes', type: 'base', listRule: 'public = true', viewRule: 'public = true', createRule: null,
    fields: [{ name: 'text', type: 'text' }, { name: 'public', type: 'bool' }, { name: 'secret', type: 'text', hidden: true }],
  })
  const open = await pb.collection('notes').create({ text: 'open', public: true, secret: 's' })
  const closed = await pb.collection('notes').create({ text: 'closed', public: false, secret: 's' })
  const guest = server.guest()
  const seen = await guest.collection('notes').getFullList()
  assert.deepEqual(seen.map((one) => one.id), [open.id])
  assert.equal(seen[0].secret, undefined)
  await assert.rejects(guest.collection('notes').getOne(closed.id), (error) => error.status === 404)
  await assert.rejects(guest.collection('notes').create({ text: 'x' }), (error) => error.status === 403)
  await assert.rejects(guest.collection('notes').getList(1, 1, { filter: 'secret = "s"' }), (error) => error.status === 400)
})
