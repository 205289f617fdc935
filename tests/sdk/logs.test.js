import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer } from './support/server.js'

let server
before(async () => { server = await startServer() })
after(async () => { assert.equal(await server.stop(), 0, 'SIGTERM ends the server cleanly') })

test('logs are listed, viewed, counted and truncated through the SDK', async () => {
  const pb = await server.superuser()
  await server.guest().health.check()
  await assert.rejects(server.guest().collection('nothing').getList(), { status: 404 })

  const page = await pb.logs.getList(1, 50, { filter: 'data.auth = "" && data.type = "request"', sort: '-@rowid' })
  const [missing, health] = page.items
  assert.equal(missing.level, 8)
  assert.equal(missing.data.status, 404)
  assert.equal(health.level, 0)
  assert.equal(health.message, 'GET /api/health')
  assert.equal(page.totalItems, page.items.length)

  assert.deepEqual(await pb.logs.getOne(health.id), health)
  assert.deepEqual(await pb.logs.getOne(health.id, { fields: 'message' }), { message: health.message })
  await assert.rejects(pb.logs.getOne('missing'), { status: 404 })
  await assert.rejects(pb.logs.getOne(''), { status: 404 })

  const stats = await pb.logs.getStats({ filter: 'level = 8 && data.status = 404 && data.url !~ "/logs/"' })
  assert.equal(stats.reduce((sum, hour) => sum + hour.total, 0), 1)
  assert.match(stats[0].date, /^\d{4}-\d\d-\d\d \d\d:00:00\.000Z$/)

  assert.equal(await pb.logs.truncate(), true)
  assert.equal((await pb.logs.getList(1, 1, { filter: 'data.status = 404' })).totalItems, 0)
})

test('only superusers read logs', async () => {
  for (const asked of [(logs) => logs.getList(), (logs) => logs.getStats(), (logs) => logs.getOne('x'), (logs) => logs.truncate()]) {
    await assert.rejects(asked(server.guest().logs), { status: 401 })
  }
})
