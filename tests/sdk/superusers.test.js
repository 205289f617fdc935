import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ClientResponseError } from 'pocketbase'
import { EMAIL, PASSWORD, startServer } from './support/server.js'

let server
before(async () => { server = await startServer() })
after(async () => { assert.equal(await server.stop(), 0, 'SIGTERM ends the server cleanly') })

test('a superuser signs in and the store knows it', async () => {
  const pb = server.guest()
  const answer = await pb.collection('_superusers').authWithPassword(EMAIL, PASSWORD)
  assert.equal(answer.record.email, EMAIL)
  assert.equal(answer.record.collectionName, '_superusers')
  assert.equal(answer.record.verified, true)
  assert.ok(pb.authStore.isValid)
  assert.ok(pb.authStore.isSuperuser)
  assert.equal(answer.record.password, undefined)
  assert.equal(answer.record.tokenKey, undefined)
})

test('a wrong password and an unknown identity answer alike', async () => {
  const pb = server.guest()
  const refused = async (identity, password) => {
    try {
      await pb.collection('_superusers').authWithPassword(identity, password)
    } catch (error) {
      assert.ok(error instanceof ClientResponseError)
      return [error.status, error.response]
    }
    assert.fail('was let in')
  }
  const wrong = await refused(EMAIL, 'not the password')
  assert.equal(wrong[0], 400)
  assert.deepEqual(wrong, await refused('nobody@example.com', 'not the password'))
})

test('a session is refreshed with a new token', async () => {
  const pb = await server.superuser()
  const answer = await pb.collection('_superusers').authRefresh()
  assert.equal(answer.record.email, EMAIL)
  assert.ok(pb.authStore.isValid)
  assert.ok((await pb.collections.getList(1, 1)).totalItems > 0)
})

test('a second superuser is made, signs in, changes its password and goes', async () => {
  const pb = await server.superuser()
  const made = await pb.collection('_superusers').create({
    email: 'second@example.com', password: 'first password', passwordConfirm: 'first password',
  })
  const other = server.guest()
  await other.collection('_superusers').authWithPassword('second@example.com', 'first password')
  await pb.collection('_superusers').update(made.id, { password: 'other password', passwordConfirm: 'other password' })
  await assert.rejects(other.collections.getList(1, 1), (error) => error.status === 401, 'the old token is dead')
  await other.collection('_superusers').authWithPassword('second@example.com', 'other password')
  await pb.collection('_superusers').delete(made.id)
  await assert.rejects(other.collection('_superusers').authWithPassword('second@example.com', 'other password'))
})

test('the health of the server is public', async () => {
  const health = await server.guest().health.check()
  assert.equal(health.code, 200)
  assert.equal(health.message, 'API is healthy.')
})
