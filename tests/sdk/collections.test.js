import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ClientResponseError } from 'pocketbase'
import { startServer } from './support/server.js'
import { everyField } from './support/schema.js'

let server
let pb
before(async () => {
  server = await startServer()
  pb = await server.superuser()
})
after(async () => { await server.stop() })

test('a collection is created, read, renamed and deleted', async () => {
  const made = await pb.collections.create({ name: 'boats', type: 'base', fields: [{ name: 'title', type: 'text' }] })
  assert.equal(made.id.slice(0, 4), 'pbc_')
  assert.deepEqual(made.fields.map((field) => field.name), ['id', 'title'])

  assert.equal((await pb.collections.getOne('boats')).id, made.id)
  assert.equal((await pb.collections.getOne(made.id)).name, 'boats')

  await pb.collection('boats').create({ title: 'Calypso' })
  const renamed = await pb.collections.update('boats', { name: 'ships' })
  assert.equal(renamed.id, made.id)
  assert.equal((await pb.collection('ships').getFirstListItem('title = "Calypso"')).title, 'Calypso')

  await pb.collections.delete('ships')
  await assert.rejects(pb.collections.getOne(made.id), (error) => error.status === 404)
})

test('collections are listed with a filter and a sort', async () => {
  const system = await pb.collections.getFullList({ filter: 'system = true', sort: 'name' })
  assert.deepEqual(system.map((one) => one.name), ['_authOrigins', '_externalAuths', '_mfas', '_otps', '_superusers'])
  const page = await pb.collections.getList(1, 2, { sort: '-name' })
  assert.equal(page.items.length, 2)
  assert.equal(page.perPage, 2)
  assert.ok(page.totalItems >= 6)
})

test('every field type comes back with its options', async () => {
  const target = await pb.collections.create({ name: 'targets', type: 'base' })
  const made = await pb.collections.create({ name: 'everything', type: 'base', fields: everyField(target.id) })
  const types = new Set(made.fields.map((field) => field.type))
  assert.deepEqual([...types].sort(), [
    'autodate', 'bool', 'date', 'editor', 'email', 'file', 'geoPoint', 'json', 'number', 'password', 'relation',
    'select', 'text', 'url',
  ])
  assert.deepEqual((await pb.collections.getOne('everything')).fields, made.fields)
})

test('a renamed field keeps its data, a single select becomes multiple and back', async () => {
  const made = await pb.collections.create({
    name: 'changing', type: 'base',
    fields: [{ name: 'a', type: 'text' }, { name: 'b', type: 'text' }, { name: 's', type: 'select', values: ['x', 'y'] }],
  })
  const record = await pb.collection('changing').create({ a: 'first', b: 'second', s: 'x' })

  const swapped = made.fields.map((field) => ({ ...field, name: { a: 'b', b: 'a' }[field.name] ?? field.name }))
  await pb.collections.update(made.id, { fields: swapped })
  const after = await pb.collection('changing').getOne(record.id)
  assert.deepEqual([after.a, after.b], ['second', 'first'])

  const multiple = swapped.map((field) => (field.name === 's' ? { ...field, maxSelect: 2 } : field))
  await pb.collections.update(made.id, { fields: multiple })
  assert.deepEqual((await pb.collection('changing').getOne(record.id)).s, ['x'])
  await pb.collection('changing').update(record.id, { 's+': 'y' })
  await pb.collections.update(made.id, { fields: swapped })
  assert.equal((await pb.collection('changing').getOne(record.id)).s, 'y')
})

test('truncating removes the records and keeps the collection', async () => {
  await pb.collections.create({ name: 'emptied', type: 'base', fields: [{ name: 'n', type: 'number' }] })
  for (let n = 0; n < 5; n++) await pb.collection('emptied').create({ n })
  await pb.collections.truncate('emptied')
  assert.equal((await pb.collection('emptied').getList()).totalItems, 0)
})

test('a schema is exported, imported, and imported again without a change', async () => {
  const schema = [
    { id: 'imp_posts', name: 'imp_posts', type: 'base', fields: [
      { name: 'title', type: 'text' }, { name: 'by', type: 'relation', collectionId: 'imp_people' },
    ] },
    { id: 'imp_people', name: 'imp_people', type: 'base', fields: [{ name: 'name', type: 'text' }] },
  ]
  assert.equal(await pb.collections.import(schema), true)
  const ann = await pb.collection('imp_people').create({ name: 'Ann' })
  const post = await pb.collection('imp_posts').create({ title: 'Hello', by: ann.id })

  const exported = await pb.collections.getFullList()
  await pb.collections.import(exported, true)
  const undated = (list) => list.map((one) => ({ ...one, created: '', updated: '' }))
  assert.deepEqual(undated(await pb.collections.getFullList()), undated(exported))
  const again = await pb.collection('imp_posts').getOne(post.id, { expand: 'by' })
  assert.equal(again.expand.by.name, 'Ann')

  await assert.rejects(pb.collections.import([{ name: 'no good', type: 'base' }]), (error) => {
    assert.equal(error.status, 400)
    assert.equal(error.response.data.collections.code, 'validation_collections_import_failure')
    assert.match(error.response.data.collections.message, /^Data validations failed for collection "no good"/)
    return true
  })
})

test('scaffolds tell what a new collection begins with', async () => {
  const scaffolds = await pb.collections.getScaffolds()
  assert.equal(scaffolds.base.type, 'base')
  assert.equal(scaffolds.auth.passwordAuth.enabled, true)
  assert.deepEqual(scaffolds.auth.passwordAuth.identityFields, ['email'])
})

test('a bad collection is refused field by field', async () => {
  await assert.rejects(
    pb.collections.create({ name: 'no good', type: 'base', listRule: 'zz = 1', fields: [{ name: 'x y', type: 'text' }] }),
    (error) => {
      assert.ok(error instanceof ClientResponseError)
      assert.equal(error.status, 400)
      assert.equal(error.response.message, 'Failed to create collection.')
      assert.equal(error.response.data.name.code, 'validation_match_invalid')
      return true
    },
  )
  await assert.rejects(
    pb.collections.create({ name: 'ruled', type: 'base', listRule: 'zz = 1' }),
    (error) => error.response.data.listRule.code === 'validation_invalid_rule',
  )
})

test('guests have no business with collections', async () => {
  await assert.rejects(server.guest().collections.getFullList(), (error) => error.status === 401)
})
