import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer } from './support/server.js'

let server
before(async () => { server = await startServer() })
after(async () => { assert.equal(await server.stop(), 0, 'SIGTERM ends the server cleanly') })

const refused = async (asked) => {
  try {
    await asked
  } catch (error) {
    return error
  }
  assert.fail('was not refused')
}

test('backups are made, listed, downloaded and removed through the SDK', async () => {
  const pb = await server.superuser()
  assert.deepEqual(await pb.backups.getFullList(), [])
  assert.equal(await pb.backups.create('first.zip'), true)
  await pb.backups.create('')
  const list = await pb.backups.getFullList()
  assert.equal(list.length, 2)
  assert.equal(list[0].key, 'first.zip')
  assert.match(list[1].key, /^pb_backup_acme_\d{14}\.zip$/)
  for (const one of list) {
    assert.ok(one.size > 1000 && one.verified && one.problem === '', JSON.stringify(one))
    assert.ok(Date.parse(one.modified) > Date.now() - 600_000, one.modified)
  }
  const token = await pb.files.getToken()
  const answer = await fetch(pb.backups.getDownloadURL(token, 'first.zip'))
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'application/zip')
  const bytes = Buffer.from(await answer.arrayBuffer())
  assert.equal(bytes.length, list[0].size)
  assert.equal(bytes.subarray(0, 2).toString(), 'PK')
  assert.equal(await pb.backups.delete('first.zip'), true)
  assert.deepEqual((await pb.backups.getFullList()).map((one) => one.key), [list[1].key])
})

test('what is refused comes back with its code', async () => {
  const pb = await server.superuser()
  assert.equal((await refused(pb.backups.create('No name.zip'))).response.data.name.code, 'validation_match_invalid')
  await pb.backups.create('twice.zip')
  const error = await refused(pb.backups.create('twice.zip'))
  assert.equal(error.status, 400)
  assert.equal(error.response.data.name.code, 'validation_backup_name_exists')
  assert.equal((await refused(pb.backups.delete('none.zip'))).status, 400)
  assert.equal((await refused(server.guest().backups.getFullList())).status, 401)
  assert.equal((await fetch(pb.backups.getDownloadURL('', 'twice.zip'))).status, 403)
  assert.equal((await fetch(pb.backups.getDownloadURL(await pb.files.getToken(), 'none.zip'))).status, 404)
})

test('health says whether a backup can be made', async () => {
  const pb = await server.superuser()
  assert.equal((await pb.health.check()).data.canBackup, true)
})

test('a backup is uploaded and restored, and the server serves on at its address', async () => {
  let pb = await server.superuser()
  await pb.collections.create({ name: 'words', type: 'base', fields: [{ name: 'word', type: 'text' }] })
  await pb.collection('words').create({ word: 'then' })
  await pb.backups.create('then.zip')
  await pb.collection('words').create({ word: 'later' })
  const bytes = await (await fetch(pb.backups.getDownloadURL(await pb.files.getToken(), 'then.zip'))).arrayBuffer()
  const file = new File([bytes], 'uploaded.zip', { type: 'application/zip' })
  assert.equal(await pb.backups.upload({ file }), true)
  assert.equal((await refused(pb.backups.upload({ file }))).response.data.file.code, 'validation_backup_name_exists')
  const text = new File(['text'], 'text.zip')
  assert.equal((await refused(pb.backups.upload({ file: text }))).response.data.file.code, 'validation_invalid_mime_type')
  assert.equal((await refused(pb.backups.restore('none.zip'))).status, 400)
  assert.equal(await pb.backups.restore('uploaded.zip'), true)
  // As the dashboard waits: until the server answers again, and with the data of then.
  let words = []
  while (words.length !== 1) {
    try {
      await pb.health.check({ requestKey: null })
      words = await pb.collection('words').getFullList({ requestKey: null })
    } catch (error) {
      assert.equal(error.status, 0, `${error.status} ${error.message}`)
    }
  }
  assert.equal(words[0].word, 'then')
  pb = await server.superuser()
  assert.ok((await pb.backups.getFullList()).some((one) => one.key === 'uploaded.zip'))
})
