import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startServer } from './support/server.js'

let server
before(async () => { server = await startServer() })
after(async () => { assert.equal(await server.stop(), 0, 'SIGTERM ends the server cleanly') })

/** Waits until a run of a schedule has ended, and gives its entry. */
async function ended(pb, id) {
  for (let tries = 0; tries < 600; tries++) {
    const entry = (await pb.crons.getFullList()).find((one) => one.id === id)
    if (!entry.running && entry.lastOutcome) return entry
    await pause(50)
  }
  assert.fail(`${id} has not ended`)
}

test('schedules are listed and run through the SDK', async () => {
  const pb = await server.superuser()
  const listed = await pb.crons.getFullList()
  const own = listed.filter((one) => one.id.startsWith('__pb')).map((one) => one.id)
  assert.deepEqual(own.slice(0, 3), ['__pbDBOptimize__', '__pbMFACleanup__', '__pbOTPCleanup__'])
  for (const one of listed) {
    assert.match(one.expression, /^\S+( \S+){4}$/)
    assert.ok(new Date(one.nextRun) > new Date(), `${one.id} is due next at ${one.nextRun}`)
  }
  const few = await pb.crons.getFullList({ fields: 'id' })
  assert.deepEqual(few, listed.map(({ id }) => ({ id })))
  assert.equal(await pb.crons.run('__pbDBOptimize__'), true)
  const entry = await ended(pb, '__pbDBOptimize__')
  assert.equal(entry.lastOutcome, 'done')
})

test('what is not scheduled is a 404, and guests are sent away', async () => {
  const pb = await server.superuser()
  const status = (expected) => (error) => error.status === expected
  await assert.rejects(pb.crons.run('not / there'), status(404))
  await assert.rejects(server.guest().crons.getFullList(), status(401))
  await assert.rejects(server.guest().crons.run('__pbDBOptimize__'), status(401))
})
