// A library with everything in it: what the pictures show, and names and values that were made to break pages.

import { png } from './image.js'

/** How many rows the collection `events` has. */
export const EVENTS = 100_000

const AUTHORS = [
  ['Ursula K. Le Guin', 'US', '1929-10-21', 'Portland', 45.52, -122.68], ['Italo Calvino', 'IT', '1923-10-15', 'Turin', 45.07, 7.69],
  ['Tove Jansson', 'FI', '1914-08-09', 'Helsinki', 60.17, 24.94], ['Chinua Achebe', 'NG', '1930-11-16', 'Ogidi', 6.15, 6.87],
  ['Wisława Szymborska', 'PL', '1923-07-02', 'Kraków', 50.06, 19.94], ['Jorge Luis Borges', 'AR', '1899-08-24', 'Buenos Aires', -34.6, -58.38],
  ['Clarice Lispector', 'BR', '1920-12-10', 'Rio de Janeiro', -22.91, -43.17], ['Naguib Mahfouz', 'EG', '1911-12-11', 'Cairo', 30.04, 31.24],
  ['Halldór Laxness', 'IS', '1902-04-23', 'Reykjavík', 64.15, -21.94], ['Stanisław Lem', 'PL', '1921-09-12', 'Kraków', 50.06, 19.94],
]

const BOOKS = [
  ['The Dispossessed', [0], 1974, 387, 14.5, ['novel', 'science fiction'], true], ['Invisible Cities', [1], 1972, 165, 11, ['novel', 'classic'], true],
  ['The Summer Book', [2], 1972, 172, 10.9, ['novel'], true], ['Things Fall Apart', [3], 1958, 209, 9.99, ['novel', 'classic'], true],
  ['View with a Grain of Sand', [4], 1995, 214, 16, ['poetry'], false], ['Ficciones', [5], 1944, 174, 12.25, ['short stories', 'classic'], true],
  ['The Hour of the Star', [6], 1977, 96, 8.5, ['novel'], true], ['Palace Walk', [7], 1956, 501, 18, ['novel', 'classic'], true],
  ['Independent People', [8], 1934, 482, 17.4, ['novel', 'classic'], false], ['Solaris', [9], 1961, 204, 11.8, ['science fiction'], true],
  ['The Left Hand of Darkness', [0], 1969, 286, 13.2, ['science fiction', 'classic'], true], ['If on a winter’s night a traveller', [1], 1979, 260, 12, ['novel'], true],
  ['Finn Family Moomintroll', [2], 1948, 158, 9.5, ['children'], true], ['The Cyberiad', [9], 1965, 295, 13, ['science fiction', 'short stories'], false],
]

/** A sentence that ends nowhere near. */
export const LONG = `${'An exceedingly long name that goes on and on '.repeat(4)}without any mercy`.slice(0, 200)
export const UNBROKEN = 'W'.repeat(200)
export const MARKUP = '<img src=x onerror="document.title=\'hit\'"><b>bold</b>&amp;'
export const HEBREW = 'שלום עולם — ספר מס׳ 7 (2024)'
export const EMOJI = '👩‍👩‍👧‍👦 🏳️‍🌈 Zürich 東京 ✍️'

/** Makes collections and records; `run` is of the server's process, `pb` a superuser's client. */
export async function fillLibrary(pb, run) {
  const made = (collection, values) => pb.collection(collection).create(values, { requestKey: null })
  const authors = await pb.collections.create({
    name: 'authors', type: 'base', listRule: '', viewRule: '',
    fields: [
      { name: 'name', type: 'text', required: true, presentable: true }, { name: 'country', type: 'text', max: 2 },
      { name: 'born', type: 'date' }, { name: 'city', type: 'text' }, { name: 'home', type: 'geoPoint' },
      { name: 'created', type: 'autodate', onCreate: true },
    ],
  })
  const people = await Promise.all(AUTHORS.map(([name, country, born, city, lat, lon]) =>
    made('authors', { name, country, born: `${born} 00:00:00.000Z`, city, home: { lat, lon } })))

  await pb.collections.create({
    name: 'books', type: 'base', listRule: '', viewRule: '', createRule: '@request.auth.verified = true',
    updateRule: 'editor_mail = @request.auth.email', indexes: ['CREATE UNIQUE INDEX books_isbn ON books (isbn) WHERE isbn != ""'],
    fields: [
      { name: 'title', type: 'text', required: true, max: 200, presentable: true, help: 'As it stands on the cover.' },
      { name: 'authors', type: 'relation', collectionId: authors.id, maxSelect: 5, required: true },
      { name: 'published', type: 'date' }, { name: 'pages', type: 'number', min: 1 }, { name: 'price', type: 'number' },
      { name: 'in_print', type: 'bool' },
      { name: 'kinds', type: 'select', values: ['novel', 'short stories', 'poetry', 'classic', 'science fiction', 'children'], maxSelect: 3 },
      { name: 'cover', type: 'file', mimeTypes: ['image/png'], thumbs: ['100x100'] }, { name: 'isbn', type: 'text' },
      { name: 'summary', type: 'editor' }, { name: 'site', type: 'url' }, { name: 'editor_mail', type: 'email' },
      { name: 'shelf', type: 'geoPoint' }, { name: 'details', type: 'json' }, { name: 'pin', type: 'password' },
      { name: 'created', type: 'autodate', onCreate: true }, { name: 'updated', type: 'autodate', onCreate: true, onUpdate: true },
    ],
  })
  const books = []
  for (const [at, [title, by, year, pages, price, kinds, inPrint]] of BOOKS.entries()) {
    books.push(await made('books', {
      title, authors: by.map((one) => people[one].id), published: `${year}-05-01 00:00:00.000Z`, pages, price, kinds, in_print: inPrint,
      isbn: `978-0-${100 + at * 7}-${20_000 + at * 131}-${at % 10}`, site: `https://books.example.com/${title.toLowerCase().replaceAll(/\W+/g, '-')}`,
      editor_mail: 'editor@example.com', details: { edition: at % 3 + 1, translated: at % 2 === 0, languages: ['en', 'de'] },
      summary: `<h2>${title}</h2><p>A book of <b>${year}</b>, still read. It has:</p><ul><li>${pages} pages</li><li>a cover</li></ul>`,
      shelf: { lat: 59.91 + at / 100, lon: 10.75 }, cover: new File([png(120, 160)], 'cover.png', { type: 'image/png' }),
    }))
  }

  await pb.collections.create({
    name: 'events', type: 'base',
    fields: [
      { name: 'kind', type: 'select', values: ['borrowed', 'returned', 'reserved', 'renewed'], maxSelect: 1 }, { name: 'book', type: 'text' },
      { name: 'reader', type: 'email' }, { name: 'days', type: 'number' }, { name: 'late', type: 'bool' }, { name: 'at', type: 'date' },
      { name: 'created', type: 'autodate', onCreate: true },
    ],
  })
  const kinds = `json_extract('["borrowed","returned","reserved","renewed"]', '$[' || (n % 4) || ']')`
  const titles = `json_extract('${JSON.stringify(BOOKS.map(([title]) => title)).replaceAll("'", "''")}', '$[' || (n * 7 % ${BOOKS.length}) || ']')`
  run('sql', '--write', `INSERT INTO events (id, kind, book, reader, days, late, at, created)
    WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${EVENTS - 1})
    SELECT printf('event%010d', n), ${kinds}, ${titles}, 'reader' || (n * 31 % 977) || '@example.com', n * 13 % 60, n % 9 = 0,
      strftime('%Y-%m-%d %H:%M:%S.000Z', 1600000000 + n * 1700, 'unixepoch'), '2024-05-01 10:00:00.000Z' FROM numbers`)
  for (const [at, name] of ['Ann Okafor', 'Ben Lindqvist', 'Chiara Moretti', 'Dilek Yılmaz'].entries()) {
    const email = `${name.split(' ')[0].toLowerCase()}@example.com`
    await made('users', { name, email, password: 'a long password', passwordConfirm: 'a long password', verified: at % 2 === 0 })
  }
  await pb.collections.create({ name: 'empty_shelves', type: 'base', fields: [{ name: 'label', type: 'text' }] })
  await pb.collections.create({ name: 'guest_book', type: 'base', createRule: '', fields: [{ name: 'words', type: 'text' }] })
  await pb.collections.create({
    name: 'books_by_author', type: 'view',
    viewQuery: 'SELECT authors.id, authors.name, count(books.id) AS books FROM authors LEFT JOIN books ON books.authors LIKE \'%\' || authors.id || \'%\' GROUP BY authors.id',
  })
  return { books, people }
}

/** Names and values that no page may be broken by. */
export async function fillHostile(pb) {
  const fields = Array.from({ length: 56 }, (_, at) => ({ name: `field_number_${at + 1}`, type: ['text', 'number', 'bool', 'date'][at % 4] }))
  await pb.collections.create({
    name: `a_collection_with_a_name_that_goes_on_${'and_on_'.repeat(9)}`.slice(0, 100), type: 'base',
    fields: [{ name: `a_field_with_a_name_that_goes_on_${'and_on_'.repeat(9)}`.slice(0, 90), type: 'text' }, ...fields],
  })
  await pb.collections.create({
    name: 'hostile', type: 'base',
    fields: [
      { name: 'title', type: 'text', presentable: true }, { name: 'note', type: 'text' }, { name: 'amount', type: 'number' },
      { name: 'extra', type: 'json' }, { name: 'body', type: 'editor' }, { name: 'site', type: 'url' },
      { name: 'picks', type: 'select', values: [LONG.slice(0, 120), HEBREW, EMOJI, 'x'], maxSelect: 4 },
      { name: 'papers', type: 'file', maxSelect: 9 },
    ],
  })
  const rows = [
    { title: LONG, note: UNBROKEN, amount: -1.5e300, extra: { [UNBROKEN]: [LONG] }, picks: [LONG.slice(0, 120), HEBREW, EMOJI, 'x'] },
    { title: MARKUP, note: MARKUP, amount: 9007199254740991, extra: MARKUP, body: MARKUP },
    { title: HEBREW, note: HEBREW, extra: [HEBREW], body: `<p>${HEBREW}</p>`, picks: [HEBREW] },
    { title: EMOJI, note: EMOJI, amount: 0, extra: null, picks: [EMOJI], papers: [new File(['x'], `${'a-very-long-name-of-a-file-'.repeat(3)}.txt`)] },
    { title: UNBROKEN, site: `https://example.com/${'path/'.repeat(60)}` },
    { title: '' },
  ]
  const made = []
  for (const row of rows) made.push(await pb.collection('hostile').create(row))
  return made
}
