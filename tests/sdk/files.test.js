import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { png } from '../e2e/support/image.js'
import { startServer } from './support/server.js'
import { OPEN } from './support/schema.js'

let server
let pb
let ann
let ben
before(async () => {
  server = await startServer()
  pb = await server.superuser()
  const [password, emails] = ['a long password', ['ann@example.com', 'ben@example.com']]
  for (const email of emails) await pb.collection('users').create({ email, password, passwordConfirm: password })
  ;[ann, ben] = await Promise.all(emails.map(async (email) => {
    const client = server.guest()
    await client.collection('users').authWithPassword(email, password)
    return client
  }))
  await pb.collections.create({
    name: 'photos', type: 'base', ...OPEN,
    fields: [{ name: 'image', type: 'file', thumbs: ['40x20', '0x10', '30x30f'] }],
  })
  await pb.collections.create({
    name: 'letters', type: 'base', ...OPEN,
    viewRule: 'owner = @request.auth.id',
    fields: [
      { name: 'scan', type: 'file', protected: true, thumbs: ['10x10'] },
      { name: 'owner', type: 'relation', collectionId: '_pb_users_auth_' },
    ],
  })
})
after(async () => { await server.stop() })

/** Width and height of a PNG, from its first chunk. */
async function sizeOf(url) {
  const answer = await fetch(url)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'image/png')
  const bytes = Buffer.from(await answer.arrayBuffer())
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
}

test('an image is had whole, in the sizes of its field, and in no other', async () => {
  const guest = server.guest()
  const photo = await guest.collection('photos').create({ image: new File([png(80, 60)], 'Sea view.png') })
  const size = (thumb) => sizeOf(guest.files.getURL(photo, photo.image, { thumb }))
  assert.deepEqual(await sizeOf(guest.files.getURL(photo, photo.image)), [80, 60])
  assert.deepEqual(await size('100x100'), [100, 100])
  assert.deepEqual(await size('40x20'), [40, 20])
  assert.deepEqual(await size('0x10'), [13, 10])
  assert.deepEqual(await size('30x30f'), [30, 23])
  assert.deepEqual(await size('40x20'), [40, 20], 'a stored thumb is the same')
  assert.deepEqual(await size('41x20'), [80, 60], 'a size that the field does not have')
})

test('a file is shown or saved, as the address says', async () => {
  const guest = server.guest()
  const photo = await guest.collection('photos').create({ image: new File([png(4, 4)], 'dot.png') })
  const disposition = async (options) =>
    (await fetch(guest.files.getURL(photo, photo.image, options))).headers.get('content-disposition')
  assert.equal(await disposition({}), `inline; filename=${photo.image}`)
  assert.equal(await disposition({ download: true }), `attachment; filename=${photo.image}`)
  assert.equal(await disposition({ download: false }), `inline; filename=${photo.image}`)
})

test('a protected file is for whom the record is, with a token of theirs', async () => {
  const letter = await ann.collection('letters').create({
    scan: new File([png(20, 20)], 'letter.png'), owner: ann.authStore.record.id,
  })
  const status = async (options) => (await fetch(ann.files.getURL(letter, letter.scan, options))).status
  assert.equal(await status({}), 404)
  assert.equal(await status({ token: await ben.files.getToken() }), 404)
  assert.equal(await status({ token: ann.authStore.token }), 404, 'the token of a session is none of a file')
  const token = await ann.files.getToken()
  assert.equal(await status({ token }), 200)
  assert.deepEqual(await sizeOf(ann.files.getURL(letter, letter.scan, { token, thumb: '10x10' })), [10, 10])
  assert.equal(await status({ token: await pb.files.getToken() }), 200, 'superusers see all')
  await assert.rejects(server.guest().files.getToken(), (error) => error.status === 401)
})

test('a replaced file is gone with its thumbs, and so is a record with its files', async () => {
  const guest = server.guest()
  const photo = await guest.collection('photos').create({ image: new File([png(60, 60)], 'before.png') })
  const url = (record, thumb) => guest.files.getURL(record, record.image, { thumb })
  assert.deepEqual(await sizeOf(url(photo, '40x20')), [40, 20])
  const changed = await guest.collection('photos').update(photo.id, { image: new File([png(50, 50)], 'after.png') })
  assert.equal((await fetch(url(photo))).status, 404)
  assert.equal((await fetch(url(photo, '40x20'))).status, 404)
  assert.deepEqual(await sizeOf(url(changed)), [50, 50])
  const emptied = await guest.collection('photos').update(photo.id, { image: null })
  assert.equal(emptied.image, '')
  assert.equal(guest.files.getURL(emptied, emptied.image), '')
  await guest.collection('photos').delete(photo.id)
  assert.equal((await fetch(url(changed))).status, 404)
})
