// A PocketBase directory is taken over, and everything in it is read through the official SDK and held against what its
// database and storage hold.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import PocketBase from 'pocketbase'
import { startProcess } from './support/process.js'
import { readDatabase } from './support/sqlite.js'

const SOURCE = fileURLToPath(new URL('../data/pocketbase', import.meta.url))
const EMAIL = 'test@example.com'
const PASSWORD = '1234567890'

const tables = readDatabase(join(SOURCE, 'data.db'))
const collections = tables._collections.rows.map((row) => ({
  ...row,
  fields: JSON.parse(row.fields),
  options: JSON.parse(row.options),
  indexes: JSON.parse(row.indexes),
}))
const collection = (name) => collections.find((one) => one.name === name)

let server, pb

before(async () => {
  server = await startProcess({ prepare: [['import', 'pocketbase', SOURCE]] })
  pb = new PocketBase(server.url)
  await pb.collection('_superusers').authWithPassword(EMAIL, PASSWORD)
})

after(async () => {
  assert.equal(await server.stop(), 0)
})

/** A stored value as the contract shows it, whatever an older version has stored it as. */
function shown(field, stored) {
  const list = (text) => {
    try {
      const parsed = JSON.parse(text)
      return Array.isArray(parsed) ? parsed : undefined
    } catch {
      return undefined
    }
  }
  switch (field.type) {
    case 'number':
      return Number(stored ?? 0)
    case 'bool':
      return Boolean(stored)
    case 'json':
      if (typeof stored !== 'string') return stored
      try {
        return JSON.parse(stored)
      } catch {
        return stored
      }
    case 'geoPoint':
      // A column that was added later has its default in old rows.
      return JSON.parse(stored ?? '{"lon":0,"lat":0}')
    case 'select':
    case 'relation':
    case 'file': {
      const elements = list(stored) ?? (stored ? [stored] : [])
      return field.maxSelect > 1 ? elements : (elements.at(-1) ?? '')
    }
    default:
      return stored ?? ''
  }
}

/** What the API shows of a row; what it never shows is left out. */
const expected = (of, row) => {
  const fields = of.fields.filter((field) => !['password', 'tokenKey'].includes(field.name))
  return Object.fromEntries(fields.map((field) => [field.name, shown(field, row[field.name])]))
}

/** A record without what every record has beside its fields. */
const bare = ({ collectionId, collectionName, expand, ...record }) => record

for (const of of collections.filter((one) => one.type !== 'view')) {
  test(`each record of ${of.name} is what the database held`, async () => {
    const records = await pb.collection(of.name).getFullList({ sort: '@rowid' })
    const rows = tables[of.name].rows
    assert.equal(records.length, rows.length)
    for (const [at, row] of rows.entries()) {
      assert.equal(records[at].collectionId, of.id)
      assert.equal(records[at].collectionName, of.name)
      assert.deepEqual(bare(records[at]), expected(of, row), `${of.name} ${row.id}`)
      assert.deepEqual(await pb.collection(of.id).getOne(row.id), records[at])
    }
  })
}

test('views show what their queries find in the old database', async () => {
  const demo1 = tables.demo1.rows
  const view1 = collection('view1')
  const of1 = await pb.collection('view1').getFullList({ sort: 'id' })
  const sorted = [...demo1].sort((a, b) => (a.id < b.id ? -1 : 1))
  assert.deepEqual(of1.map(bare), sorted.map((row) => expected(view1, row)))
  const of2 = await pb.collection('view2').getFullList({ sort: 'id' })
  const view2 = collection('view2')
  assert.deepEqual(of2.map(bare), sorted.map((row) => expected(view2, { ...row, state: row.bool })))
  const numbered = await pb.collection('numeric_id_view').getFullList()
  const emails = tables.clients.rows.map((row) => row.email).sort()
  assert.deepEqual(numbered.map(({ id }) => id).sort(), ['1', '2'])
  assert.deepEqual(numbered.map(({ email }) => email).sort(), emails)
})

test('collections keep ids, fields, rules, indexes and options', async () => {
  const stored = await pb.collections.getFullList({ sort: '@rowid' })
  assert.deepEqual(stored.map(({ id }) => id), collections.map(({ id }) => id))
  for (const [at, old] of collections.entries()) {
    const now = stored[at]
    for (const key of ['name', 'type', 'listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule', 'created']) {
      assert.equal(now[key], old[key], `${old.name}.${key}`)
    }
    assert.deepEqual(now.fields.map(({ id, name, type }) => [id, name, type]),
      old.fields.map(({ id, name, type }) => [id, name, type]))
    assert.equal(now.indexes.length, old.indexes.length)
    if (old.type === 'auth') {
      assert.deepEqual(now.passwordAuth, old.options.passwordAuth)
      assert.deepEqual(now.mfa, old.options.mfa)
      assert.equal(now.authToken.duration, old.options.authToken.duration)
      assert.equal(now.authToken.secret, undefined)
      assert.deepEqual(now.oauth2.providers.map(({ name }) => name), (old.options.oauth2.providers ?? []).map(({ name }) => name))
    }
  }
})

/** All files below a folder. */
function walk(folder, path = '') {
  return readdirSync(join(folder, path)).flatMap((name) => {
    const below = path ? `${path}/${name}` : name
    return statSync(join(folder, below)).isDirectory() ? walk(folder, below) : [below]
  })
}

test('each file and each thumb is served byte for byte', async () => {
  const storage = join(SOURCE, 'storage')
  const token = await pb.files.getToken()
  let count = 0
  for (const path of walk(storage).filter((name) => !name.endsWith('.attrs'))) {
    const [collectionId, id, name, thumb] = path.split('/')
    const record = await pb.collection(collectionId).getOne(id)
    const file = thumb ? name.slice('thumbs_'.length) : name
    const options = thumb ? { token, thumb: thumb.slice(0, -file.length - 1) } : { token }
    const answer = await fetch(pb.files.getURL(record, file, options))
    assert.equal(answer.status, 200, path)
    const told = JSON.parse(readFileSync(join(storage, `${path}.attrs`), 'utf8'))
    assert.equal(answer.headers.get('content-type'), told['user.content_type'], path)
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(readFileSync(join(storage, path))), path)
    count += 1
  }
  assert.equal(count, 27)
})

/** A token as the old server has signed it. */
function signed(name, row, claims = {}) {
  const of = collection(name)
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 3600
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({
    collectionId: of.id, exp, id: row.id, refreshable: true, type: 'auth', ...claims,
  })}`
  const key = row.tokenKey + of.options[claims.type === 'file' ? 'fileToken' : 'authToken'].secret
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`
}

test('tokens that the old server signed are still good, and no others', async () => {
  for (const name of ['users', 'clients', '_superusers']) {
    for (const row of tables[name].rows) {
      const client = new PocketBase(server.url)
      client.authStore.save(signed(name, row))
      const rule = collection(name).options.authRule
      assert.ok(['', 'verified=true'].includes(rule), rule)
      if (rule && !row.verified) {
        await assert.rejects(client.collection(name).authRefresh(), { status: 403 })
      } else {
        const answer = await client.collection(name).authRefresh()
        assert.equal(answer.record.id, row.id)
      }
      client.authStore.save(signed(name, { ...row, tokenKey: row.tokenKey.toUpperCase() }))
      await assert.rejects(client.collection(name).authRefresh(), { status: 401 })
    }
  }
})

test('old passwords sign in', async () => {
  const guest = new PocketBase(server.url)
  const client = await guest.collection('clients').authWithPassword(EMAIL, PASSWORD)
  assert.equal(client.record.id, tables.clients.rows.find((row) => row.email === EMAIL).id)
  // The hash is replaced, and the password stays.
  await guest.collection('clients').authWithPassword(EMAIL, PASSWORD)
  await assert.rejects(guest.collection('clients').authWithPassword(EMAIL, `${PASSWORD}x`), { status: 400 })
  await assert.rejects(guest.collection('users').authWithPassword(EMAIL, PASSWORD), (error) => {
    assert.equal(error.status, 401)
    assert.ok(error.response.mfaId, 'the second factor of this collection is asked for')
    return true
  })
})

test('settings are what they were', async () => {
  const stored = JSON.parse(tables._params.rows.find((row) => row.id === 'settings').value.toString())
  const settings = await pb.settings.getAll()
  delete stored.smtp.password
  assert.deepEqual(settings, stored)
})
