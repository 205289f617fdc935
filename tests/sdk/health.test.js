import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer } from './support/server.js'

let server
before(async () => { server = await startServer() })
after(async () => { assert.equal(await server.stop(), 0, 'SIGTERM ends the server cleanly') })

test('guests learn that the server answers, and nothing else', async () => {
  assert.deepEqual(await server.guest().health.check(), { message: 'API is healthy.', code: 200, data: {} })
})

test('superusers learn how the server sees them and how its parts are', async () => {
  const pb = await server.superuser()
  const { code, data } = await pb.health.check()
  assert.equal(code, 200)
  assert.equal(data.realIP, '127.0.0.1')
  assert.equal(data.possibleProxyHeader, '')
  const states = Object.fromEntries(data.readiness.map(({ part, state }) => [part, state]))
  for (const part of ['database', 'feed', 'jobs', 'schedules', 'files', 'logs']) assert.equal(states[part], 'ready', part)
})
