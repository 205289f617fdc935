import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { EventSource } from 'eventsource'
import { startOidc } from './support/oidc.js'
import { startServer } from './support/server.js'
import { OPEN } from './support/schema.js'

// Node 20 has none of its own.
globalThis.EventSource = EventSource

let server, superuser
before(async () => {
  server = await startServer()
  superuser = await server.superuser()
  await superuser.collections.create({
    name: 'rooms', type: 'base', fields: [{ name: 'title', type: 'text' }], ...OPEN,
  })
  const rooms = await superuser.collections.getOne('rooms')
  await superuser.collections.create({
    name: 'messages', type: 'base', ...OPEN,
    fields: [
      { name: 'text', type: 'text' }, { name: 'stars', type: 'number' },
      { name: 'room', type: 'relation', collectionId: rooms.id, maxSelect: 1, cascadeDelete: true },
    ],
  })
})
after(async () => { await server.stop() })

/** Collects events; `next()` is the next one, whenever it comes. */
function ear() {
  const [heard, waiting] = [[], []]
  return {
    hear: (event) => (waiting.length ? waiting.shift()(event) : heard.push(event)),
    next: () => (heard.length ? Promise.resolve(heard.shift()) : new Promise((resolve) => waiting.push(resolve))),
  }
}

const told = ({ action, record }) => `${action} ${record.text}`

test('all records, one record, and nothing after unsubscribing', async () => {
  const pb = server.guest()
  const [all, one] = [ear(), ear()]
  const first = await superuser.collection('messages').create({ text: 'first' })
  await pb.collection('messages').subscribe('*', all.hear)
  const unsubscribe = await pb.collection('messages').subscribe(first.id, one.hear)
  await superuser.collection('messages').create({ text: 'second' })
  await superuser.collection('messages').update(first.id, { text: 'changed' })
  assert.equal(told(await all.next()), 'create second')
  assert.equal(told(await all.next()), 'update changed')
  assert.equal(told(await one.next()), 'update changed')
  await unsubscribe()
  await superuser.collection('messages').delete(first.id)
  const last = await all.next()
  assert.equal(told(last), 'delete changed')
  assert.equal(last.record.collectionName, 'messages')
  await pb.realtime.unsubscribe()
  assert.equal(pb.realtime.isConnected, false)
})

test('filter, expand and fields', async () => {
  const pb = server.guest()
  const room = await superuser.collection('rooms').create({ title: 'Attic' })
  const heard = ear()
  await pb.collection('messages').subscribe('*', heard.hear, {
    filter: pb.filter('stars > {:stars}', { stars: 3 }), expand: 'room', fields: 'text,expand.room.title',
  })
  for (const stars of [1, 5]) await superuser.collection('messages').create({ text: `${stars} stars`, stars, room: room.id })
  assert.deepEqual(await heard.next(), {
    action: 'create', record: { text: '5 stars', expand: { room: { title: 'Attic' } } },
  })
  await pb.realtime.unsubscribe()
})

test('what goes with its parent is told', async () => {
  const pb = server.guest()
  const room = await superuser.collection('rooms').create({ title: 'Cellar' })
  await superuser.collection('messages').create({ text: 'below', room: room.id })
  const heard = ear()
  await pb.collection('messages').subscribe('*', heard.hear, { filter: 'room.title = "Cellar"' })
  await superuser.collection('rooms').delete(room.id)
  assert.equal(told(await heard.next()), 'delete below')
  await pb.realtime.unsubscribe()
})

test('a client comes back after a restart and hears what happens from then on', async () => {
  const pb = server.guest()
  const [heard, connected] = [ear(), ear()]
  await pb.realtime.subscribe('PB_CONNECT', connected.hear)
  await pb.collection('messages').subscribe('*', heard.hear)
  const before = (await connected.next()).clientId
  await server.restart()
  const again = await connected.next()
  assert.notEqual(again.clientId, before)
  await superuser.collection('messages').create({ text: 'after the restart' })
  assert.equal(told(await heard.next()), 'create after the restart')
  await pb.realtime.unsubscribe()
})

test('a plain EventSource with replay misses nothing across a restart, doubles nothing, and keeps the order', async () => {
  const events = new EventSource(`${server.url}/api/realtime?replay=1`)
  const [texts, places, lost] = [[], new Set(), []]
  const heard = ear()
  const connected = ear()
  events.addEventListener('PB_CONNECT', async (event) => {
    const { clientId } = JSON.parse(event.data)
    const answer = await fetch(`${server.url}/api/realtime`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ clientId, subscriptions: ['messages/*'] }),
    })
    connected.hear(answer.status)
  })
  events.addEventListener('messages/*', (event) => {
    texts.push(JSON.parse(event.data).record.text)
    places.add(event.lastEventId)
    if (texts.at(-1) === 'last') heard.hear()
  })
  events.addEventListener('resync', (event) => lost.push(event.data))
  const say = async (text) => {
    await superuser.collection('messages').create({ text })
    said.push(text)
  }
  const said = []
  try {
    assert.equal(await connected.next(), 204)
    for (let n = 0; n < 20; n++) await say(`before ${n}`)
    await server.restart(async () => {
      // Another process writes while the server is away.
      const rows = join(server.dir, 'away.json')
      await writeFile(rows, JSON.stringify([{ text: 'away 1' }, { text: 'away 2' }]))
      server.run('import', 'json', rows, '--collection', 'messages')
      said.push('away 1', 'away 2')
    })
    for (let n = 0; n < 20; n++) await say(`after ${n}`)
    await server.crash()
    await say('last')
    await heard.next()
    assert.deepEqual(texts, said)
    assert.equal(places.size, said.length, 'each message has a place of its own')
    assert.deepEqual(lost, [])
  } finally {
    events.close()
  }
})

test('a sign-in through another service in a popup', async () => {
  const users = { ann: { name: 'Ann Lee', email: 'ann@example.com', email_verified: true } }
  const oidc = await startOidc({ users, redirects: [`${server.url}/api/oauth2-redirect`] })
  try {
    await superuser.collections.update('users', { oauth2: { enabled: true, providers: [oidc.options()] } })
    const pb = server.guest()
    const pages = []
    const signedIn = await pb.collection('users').authWithOAuth2({
      provider: 'oidc',
      urlCallback: async (url) => {
        const back = await oidc.visit(url, 'ann')
        const answer = await fetch(back, { redirect: 'manual' })
        pages.push([answer.status, answer.headers.get('location')])
        // The message is there for one window, once.
        const twice = await fetch(back, { redirect: 'manual' })
        pages.push([twice.status, twice.headers.get('location')])
      },
    })
    assert.equal(signedIn.record.email, 'ann@example.com')
    assert.equal(signedIn.meta.isNew, true)
    assert.equal(pb.authStore.isValid, true)
    while (pages.length < 2) await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(pages, [
      [307, '../_/#/auth/oauth2-redirect-success'], [307, '../_/#/auth/oauth2-redirect-failure'],
    ])
  } finally {
    await oidc.stop()
  }
})
