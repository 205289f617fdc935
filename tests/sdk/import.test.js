// A music shop that was imported from its SQLite database, and its owner's questions through the official SDK.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer } from './support/server.js'

const SHOP = fileURLToPath(new URL('../data/chinook.sqlite', import.meta.url))

let server, pb

before(async () => {
  server = await startServer({ prepare: [['import', 'sqlite', SHOP]] })
  pb = await server.superuser()
})

after(async () => {
  assert.equal(await server.stop(), 0)
})

test('the ten longest Rock tracks come with album and artist in one call', async () => {
  const page = await pb.collection('Track').getList(1, 10, {
    filter: pb.filter('GenreId.Name = {:genre}', { genre: 'Rock' }),
    sort: '-Milliseconds',
    expand: 'AlbumId.ArtistId',
  })
  assert.equal(page.totalItems, 1297)
  const first = page.items[0]
  assert.deepEqual(
    [first.Name, first.Milliseconds, first.expand.AlbumId.Title, first.expand.AlbumId.expand.ArtistId.Name],
    ['Dazed And Confused', 1612329, 'The Song Remains The Same (Disc 1)', 'Led Zeppelin'],
  )
  assert.ok(page.items.every((track) => track.expand.AlbumId.expand.ArtistId.Name))
})

test('every track is found by its old number, and each once', async () => {
  const tracks = await pb.collection('Track').getFullList({ sort: 'TrackId', fields: 'id,TrackId' })
  assert.equal(tracks.length, 3503)
  assert.deepEqual(tracks.map((track) => track.TrackId), Array.from({ length: 3503 }, (_, at) => at + 1))
  const track = await pb.collection('Track').getFirstListItem('TrackId = 2112')
  assert.equal(track.id, tracks[2111].id)
})

test('join tables and back-relations answer as before', async () => {
  const playlists = await pb.collection('Playlist').getFullList({
    filter: 'PlaylistTrack_via_PlaylistId.TrackId.Name ?= "Intoitus: Adorate Deum"',
    sort: 'PlaylistId',
  })
  assert.deepEqual(playlists.map((playlist) => playlist.Name), ['Music', '90’s Music', 'Music', 'Classical', 'Classical 101 - The Basics'])
})

test('dates are instants', async () => {
  const invoice = await pb.collection('Invoice').getFirstListItem('InvoiceId = 1', { expand: 'CustomerId.SupportRepId' })
  assert.match(invoice.InvoiceDate, /^\d{4}-01-01 00:00:00\.000Z$/)
  assert.equal(invoice.expand.CustomerId.expand.SupportRepId.Title, 'Sales Support Agent')
  const year = invoice.InvoiceDate.slice(0, 4)
  const { totalItems } = await pb.collection('Invoice').getList(1, 1, { filter: `InvoiceDate < "${year}-02-01"` })
  assert.ok(totalItems > 0 && totalItems < 412)
})
