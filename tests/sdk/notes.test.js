// The example of notes: what its rules keep apart. Its page is tried in tests/e2e.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { startServer } from './support/server.js'

const SCHEMA = new URL('../../examples/notes/schema.json', import.meta.url)
const PASSWORD = 'a long password'

let server
let root
let ann
let ben
let cleo
before(async () => {
  server = await startServer()
  root = await server.superuser()
  // Users from before have no names; they are no hindrance.
  for (const email of ['old@example.com', 'older@example.com']) {
    await root.collection('users').create({ email, password: PASSWORD, passwordConfirm: PASSWORD })
  }
  await root.collections.import(JSON.parse(await readFile(SCHEMA, 'utf8')))
  ;[ann, ben, cleo] = await Promise.all(['ann', 'ben', 'cleo'].map(member))
})
after(async () => { await server.stop() })

/** A client of a user with a confirmed address. */
async function member(handle) {
  const pb = server.guest()
  const email = `${handle}@example.com`
  const made = await pb.collection('users').create({ email, handle, password: PASSWORD, passwordConfirm: PASSWORD })
  await root.collection('users').update(made.id, { verified: true })
  await pb.collection('users').authWithPassword(email, PASSWORD)
  return pb
}

const me = (pb) => pb.authStore.record.id
const write = (pb, title, more = {}) => pb.collection('notes').create({ title, owner: me(pb), ...more })
const titles = async (pb) => (await pb.collection('notes').getFullList({ sort: 'title' })).map((note) => note.title)
const refusedWith = (status) => (error) => error.status === status

test('whose address is not confirmed may not sign in', async () => {
  const pb = server.guest()
  const dora = { email: 'dora@example.com', handle: 'dora', password: PASSWORD, passwordConfirm: PASSWORD }
  await pb.collection('users').create(dora)
  await assert.rejects(pb.collection('users').authWithPassword(dora.email, PASSWORD), refusedWith(403))
  await assert.rejects(pb.collection('users').authWithPassword(dora.email, 'another one'), refusedWith(400))
  assert.equal(pb.authStore.isValid, false)
})

test('nobody signs up as confirmed, with a taken name, or with one that is none', async () => {
  const users = server.guest().collection('users')
  const refused = async (data) => {
    const whole = { email: 'eve@example.com', handle: 'eve', password: PASSWORD, passwordConfirm: PASSWORD, ...data }
    const error = await users.create(whole).then(() => assert.fail('was taken'), (error) => error)
    return Object.entries(error.response.data).map(([field, { code }]) => [field, code])
  }
  assert.deepEqual(await refused({ verified: true }), [['verified', 'validation_values_mismatch']])
  assert.deepEqual(await refused({ handle: 'ann' }), [['handle', 'validation_not_unique']])
  assert.deepEqual(await refused({ handle: 'No Good' }), [['handle', 'validation_invalid_format']])
})

test('own notes are for their owner alone', async () => {
  const note = await write(ann, 'Diary')
  assert.ok((await titles(ann)).includes('Diary'))
  for (const other of [ben, server.guest()]) {
    assert.equal((await titles(other)).includes('Diary'), false)
    await assert.rejects(other.collection('notes').getOne(note.id), refusedWith(404))
    await assert.rejects(other.collection('notes').update(note.id, { title: 'Mine now' }), refusedWith(404))
    await assert.rejects(other.collection('notes').delete(note.id), refusedWith(404))
  }
  assert.equal((await ann.collection('notes').getOne(note.id)).title, 'Diary')
})

test('shared notes are read by whom they are shared with, and changed by their owner', async () => {
  const note = await write(ann, 'Recipe', { body: 'Two eggs' })
  const found = await ann.collection('users').getFirstListItem("handle = 'ben'", { handle: 'ben' })
  await ann.collection('notes').update(note.id, { 'readers+': found.id })

  const read = await ben.collection('notes').getOne(note.id, { expand: 'owner' })
  assert.equal(read.body, 'Two eggs')
  assert.equal(read.expand.owner.handle, 'ann')
  assert.equal(read.expand.owner.email, undefined, 'a name is told, an address is not')
  assert.ok((await titles(ben)).includes('Recipe'))
  await assert.rejects(ben.collection('notes').update(note.id, { title: 'Changed' }), refusedWith(404))
  await assert.rejects(ben.collection('notes').update(note.id, { 'readers+': me(cleo) }), refusedWith(404))
  await assert.rejects(ben.collection('notes').delete(note.id), refusedWith(404))
  await assert.rejects(cleo.collection('notes').getOne(note.id), refusedWith(404))

  await ann.collection('notes').update(note.id, { 'readers-': found.id })
  await assert.rejects(ben.collection('notes').getOne(note.id), refusedWith(404))
})

test('a note cannot be made for another, nor given to another', async () => {
  await assert.rejects(write(ben, 'Forged', { owner: me(ann) }), refusedWith(400))
  await assert.rejects(server.guest().collection('notes').create({ title: 'Guest', owner: me(ann) }), refusedWith(400))
  const note = await write(ben, 'Hot potato')
  await assert.rejects(ben.collection('notes').update(note.id, { owner: me(ann) }), refusedWith(404))
  assert.equal((await ben.collection('notes').getOne(note.id)).owner, me(ben))
})

test('users are found by one who knows the name, and seen by whom they share with', async () => {
  const seen = async (pb, query) => (await pb.collection('users').getFullList({ sort: 'handle', ...query })).map((user) => user.handle)
  const freya = await member('freya')
  assert.deepEqual(await seen(freya), ['freya'])
  assert.deepEqual(await seen(freya, { handle: 'cleo' }), ['cleo', 'freya'])
  assert.deepEqual(await seen(freya, { handle: '' }), ['freya'])
  assert.deepEqual(await seen(server.guest(), { handle: 'cleo' }), [])

  await write(freya, 'For Cleo', { readers: [me(cleo)] })
  assert.deepEqual(await seen(freya), ['cleo', 'freya'])
  assert.deepEqual(await seen(cleo), ['cleo', 'freya'])
})

test('notes go with the account that they belong to', async () => {
  const gus = await member('gus')
  const note = await write(gus, 'Last words', { readers: [me(cleo)] })
  await gus.collection('users').delete(me(gus))
  await assert.rejects(cleo.collection('notes').getOne(note.id), refusedWith(404))
  await assert.rejects(root.collection('notes').getOne(note.id), refusedWith(404))
})
