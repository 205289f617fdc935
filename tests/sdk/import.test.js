// A music shop that was imported from its SQLite database and films that were imported from JSON lines, and questions
// about them through the official SDK.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer } from './support/server.js'

const fixture = (name) => fileURLToPath(new URL(`../data/${name}`, import.meta.url))
const SHOP = fixture('chinook.sqlite')
const FILMS = fixture('films.jsonl')

const films = readFileSync(FILMS, 'utf8').trim().split('\n').map((line) => JSON.parse(line))

let server, pb

before(async () => {
  server = await startServer({
    prepare: [
      ['import', 'sqlite', SHOP],
      ['import', 'json', FILMS, '--collection', 'films'],
    ],
  })
  pb = await server.superuser()
})

after(async () => {
  assert.equal(await server.stop(), 0)
})

// What the original answers to
//   SELECT t.Name, t.Milliseconds, a.Title, r.Name FROM Track t JOIN Genre g USING (GenreId)
//   JOIN Album a USING (AlbumId) JOIN Artist r USING (ArtistId) WHERE g.Name = 'Rock'
//   ORDER BY t.Milliseconds DESC LIMIT 10
const LONGEST = [
  ['Dazed And Confused', 1612329, 'The Song Remains The Same (Disc 1)', 'Led Zeppelin'],
  ["Space Truckin'", 1196094, 'The Final Concerts (Disc 2)', 'Deep Purple'],
  ['Dazed And Confused', 1116734, 'BBC Sessions [Disc 2] [Live]', 'Led Zeppelin'],
  ["We've Got To Get Together/Jingo", 1070027, 'Santana Live', 'Santana'],
  ['Funky Piano', 934791, 'Santana Live', 'Santana'],
  ['Going Down / Highway Star', 913658, 'The Final Concerts (Disc 2)', 'Deep Purple'],
  ['Santana Jam', 882834, 'Santana - As Years Go By', 'Santana'],
  ['The Sun Road', 880640, '[1997] Black Light Syndrome', 'Terry Bozzio, Tony Levin & Steve Stevens'],
  ['Whole Lotta Love', 863895, 'The Song Remains The Same (Disc 2)', 'Led Zeppelin'],
  ['Mistreated (Alternate Version)', 854700, 'The Final Concerts (Disc 2)', 'Deep Purple'],
]

test('the ten longest Rock tracks come with album and artist in one call', async () => {
  const page = await pb.collection('Track').getList(1, 10, {
    filter: pb.filter('GenreId.Name = {:genre}', { genre: 'Rock' }),
    sort: '-Milliseconds',
    expand: 'AlbumId.ArtistId',
  })
  assert.equal(page.totalItems, 1297)
  const album = (track) => track.expand.AlbumId
  const shown = page.items.map((track) => [
    track.Name, track.Milliseconds, album(track).Title, album(track).expand.ArtistId.Name,
  ])
  assert.deepEqual(shown, LONGEST)
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

test('films are found by their genres, all of them or one of several', async () => {
  const titles = (list) => list.map((film) => film.title).sort()
  const found = async (filter) => titles(await pb.collection('films').getFullList({ filter, sort: 'title' }))
  const expected = (wanted) => {
    const list = titles(films.filter(wanted))
    assert.ok(list.length > 5, 'the question must have an answer')
    return list
  }
  const has = (film, genre) => film.genres.includes(genre)

  const western = pb.filter('genres:each ?= {:genre}', { genre: 'Western' })
  assert.deepEqual(await found(western), expected((film) => has(film, 'Western')))
  assert.deepEqual(
    await found(`${western} && year >= 1950`),
    expected((film) => has(film, 'Western') && film.year >= 1950),
  )
  assert.deepEqual(
    await found('genres:each ?= "Horror" || genres:each ?= "Musical"'),
    expected((film) => has(film, 'Horror') || has(film, 'Musical')),
  )
  assert.deepEqual(await found('genres:each = "Drama"'), expected((film) => film.genres.length && film.genres.every((one) => one === 'Drama')))
  assert.deepEqual(await found('genres:length > 2'), expected((film) => film.genres.length > 2))
})

test('~ searches in texts and in lists', async () => {
  const { totalItems } = await pb.collection('films').getList(1, 1, { filter: pb.filter('title ~ {:word}', { word: 'LOVE' }) })
  assert.equal(totalItems, films.filter((film) => film.title.toLowerCase().includes('love')).length)
  const [first] = films.find((film) => film.cast.length > 0).cast
  const seen = await pb.collection('films').getFullList({ filter: pb.filter('cast ~ {:name}', { name: first }) })
  assert.equal(seen.length, films.filter((film) => JSON.stringify(film.cast).includes(first)).length)
  assert.ok(seen.every((film) => film.cast.some((name) => name.includes(first))))
})

test('all films are paged in both directions without a gap or a double while others are written', async () => {
  const old = (await pb.collection('films').getFullList({ fields: 'id' })).map((film) => film.id).sort()
  assert.equal(old.length, films.length)

  let done = false
  let written = 0
  let tell = () => {}
  const anotherWrite = () => new Promise((resolve) => { tell = resolve })
  const other = await server.superuser()
  // The SDK cancels a request where another one of the same kind begins.
  other.autoCancellation(false)
  const write = async () => {
    for (; !done; written++) {
      const made = await other.collection('films').create({ title: `New ${written}`, year: 3000 })
      await other.collection('films').update(old[written % old.length], { href: `Changed_${written}` })
      if (written % 2) await other.collection('films').delete(made.id)
      tell()
    }
  }
  const writers = [write(), write(), write()]
  try {
    for (const sort of ['@rowid', '-@rowid']) {
      const seen = []
      for (let page = 1; ; page++) {
        // A writer that fails ends the wait too.
        await Promise.race([anotherWrite(), ...writers])
        const { items } = await pb.collection('films').getList(page, 40, { sort, filter: 'year < 3000', skipTotal: true })
        seen.push(...items.map((film) => film.id))
        if (items.length < 40) break
      }
      assert.deepEqual(seen.sort(), old, sort)
    }
  } finally {
    done = true
    await Promise.all(writers)
  }
})
