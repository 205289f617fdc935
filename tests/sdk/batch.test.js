import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ClientResponseError } from 'pocketbase'
import { startServer } from './support/server.js'
import { OPEN } from './support/schema.js'

let server
let pb
let guest
before(async () => {
  server = await startServer()
  pb = await server.superuser()
  guest = server.guest()
  await pb.settings.update({ batch: { enabled: true, maxRequests: 10, timeout: 30 } })
  const authors = await pb.collections.create({
    name: 'authors', type: 'base', ...OPEN, fields: [{ name: 'name', type: 'text' }],
  })
  await pb.collections.create({
    name: 'posts', type: 'base', ...OPEN,
    fields: [
      { name: 'title', type: 'text', required: true },
      { name: 'views', type: 'number' },
      { name: 'live', type: 'bool' },
      { name: 'author', type: 'relation', collectionId: authors.id },
      { name: 'docs', type: 'file', maxSelect: 9 },
      { name: 'cover', type: 'file' },
    ],
  })
})
after(async () => { await server.stop() })

const file = (name, text) => new File([text], name, { type: 'text/plain' })
const content = async (record, name) => (await fetch(guest.files.getURL(record, name))).text()

test('creates, updates, upserts and deletes are one batch', async () => {
  const [kept, gone] = [
    await guest.collection('posts').create({ title: 'kept', views: 1 }),
    await guest.collection('posts').create({ title: 'gone' }),
  ]
  const batch = guest.createBatch()
  batch.collection('authors').create({ id: 'author000000001', name: 'Ann' })
  batch.collection('posts').create({ title: 'new', author: 'author000000001' }, { expand: 'author', fields: 'title,expand' })
  batch.collection('posts').update(kept.id, { 'views+': 5 })
  batch.collection('posts').upsert({ id: kept.id, title: 'kept and changed' })
  batch.collection('posts').upsert({ id: 'post00000000001', title: 'by its id' })
  batch.collection('posts').delete(gone.id)
  const answers = await batch.send()
  assert.deepEqual(answers.map((one) => one.status), [200, 200, 200, 200, 200, 204])
  assert.equal(answers[1].body.title, 'new')
  assert.equal(answers[1].body.expand.author.name, 'Ann')
  assert.equal(answers[1].body.id, undefined)
  assert.equal(answers[2].body.views, 6)
  assert.equal(answers[3].body.title, 'kept and changed')
  assert.equal(answers[4].body.id, 'post00000000001')
  assert.equal(answers[5].body, null)
  assert.deepEqual(await guest.collection('posts').getOne(kept.id), answers[3].body)
  await assert.rejects(guest.collection('posts').getOne(gone.id), (error) => error.status === 404)
})

test('files come along, alone, in lists, beside stored names and in forms', async () => {
  const form = new FormData()
  form.append('title', 'by a form')
  form.append('views', '12')
  form.append('live', 'true')
  form.append('cover', file('form.txt', 'from a form'))
  const first = guest.createBatch()
  first.collection('posts').create({ title: 'one', cover: file('cover.txt', 'a cover') })
  first.collection('posts').create({ title: 'two', docs: [file('aaa.txt', 'first'), file('bbb.txt', 'second')] })
  first.collection('posts').create(form)
  const [one, two, three] = (await first.send()).map((answer) => answer.body)
  assert.match(one.cover, /^cover_/)
  assert.equal(await content(one, one.cover), 'a cover')
  assert.equal(two.docs.length, 2)
  assert.equal(await content(two, two.docs[1]), 'second')
  assert.deepEqual([three.title, three.views, three.live], ['by a form', 12, true])
  assert.equal(await content(three, three.cover), 'from a form')

  const second = guest.createBatch()
  second.collection('posts').update(two.id, { docs: [two.docs[1], file('ccc.txt', 'third')] })
  second.collection('posts').update(one.id, { 'cover-': one.cover })
  const [mixed, emptied] = (await second.send()).map((answer) => answer.body)
  assert.equal(mixed.docs[0], two.docs[1])
  assert.equal(await content(mixed, mixed.docs[1]), 'third')
  assert.equal(mixed.docs.length, 2)
  assert.equal(emptied.cover, '')
})

test('a failure is told with its item, and nothing has happened', async () => {
  const batch = guest.createBatch()
  batch.collection('posts').create({ title: 'never', cover: file('never.txt', 'never') })
  batch.collection('posts').create({ views: 1 })
  await assert.rejects(batch.send(), (error) => {
    assert.ok(error instanceof ClientResponseError)
    assert.equal(error.status, 400)
    const { code, response } = error.response.data.requests[1]
    assert.equal(code, 'batch_request_failed')
    assert.equal(response.status, 400)
    assert.equal(response.data.title.code, 'validation_required')
    return true
  })
  assert.equal((await guest.collection('posts').getList(1, 1, { filter: 'title = "never"' })).totalItems, 0)
  const many = guest.createBatch()
  for (let number = 0; number < 11; number++) many.collection('posts').create({ title: 'too many' })
  await assert.rejects(many.send(), (error) => error.response.data.requests.code === 'validation_length_too_long')
})

test('accounts are made and changed with their passwords', async () => {
  const batch = pb.createBatch()
  const password = 'a good password'
  batch.collection('users').create({ id: 'user00000000001', email: 'ann@example.com', password, passwordConfirm: password })
  batch.collection('users').upsert({ id: 'user00000000001', name: 'Ann' })
  const answers = await batch.send()
  assert.equal(answers[1].body.name, 'Ann')
  const { record } = await guest.collection('users').authWithPassword('ann@example.com', password)
  assert.equal(record.id, 'user00000000001')
})
