// Files of rows in the dashboard: dropped, mapped, tried on the server, imported, and told of.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasCount, hasValue, settles } from './support/settles.js'

const SIZES = [{ width: 1440, height: 900 }, PHONE]
const FILMS = readFileSync(new URL('../data/films.jsonl', import.meta.url), 'utf8')
const films = FILMS.trim().split('\n').map((line) => JSON.parse(line))
const GENRES = [...new Set(films.flatMap(({ genres }) => genres))]

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
})
after(async () => { await dashboard?.stop() })

let made = 0
/** A collection for films, with nothing in it. */
async function filmsCollection(more = []) {
  made += 1
  return pb.collections.create({
    name: `films_${made}`, type: 'base',
    fields: [
      { name: 'title', type: 'text', required: true },
      { name: 'year', type: 'number', min: 1850 },
      { name: 'genres', type: 'select', values: GENRES, maxSelect: 10 },
      { name: 'release_date', type: 'date' },
      ...more,
    ],
  })
}

const button = (page, name) => page.getByRole('button', { name })
const stage = (page, name) => page.getByRole('heading', { name, level: 3 }).waitFor()
const dialog = (page) => page.getByRole('dialog')
const number = (page, label) => dialog(page).locator('dl > div').filter({ hasText: label }).getByRole('definition')
const total = async (name) => (await pb.collection(name).getList(1, 1)).totalItems
const quoted = (text) => `"${String(text).replaceAll('"', '""')}"`

/** Drags a file over the page and lets go of it. */
async function drop(page, name, text) {
  const data = await page.evaluateHandle(([name, text]) => {
    const data = new DataTransfer()
    data.items.add(new File([text], name))
    return data
  }, [name, text])
  const target = page.locator('#content')
  await target.dispatchEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true })
  await page.getByText(/^Drop it to/).waitFor()
  await target.dispatchEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
}

/** Gives a file to the dialog that asks for one. */
const choose = (page, name, content) =>
  page.getByLabel('File to import').setInputFiles({ name, mimeType: '', buffer: Buffer.from(content) })

test('a CSV of films that is dropped onto an empty collection is mapped, tried, imported and told of', async () => {
  const { name } = await filmsCollection([{ name: 'note', type: 'text' }])
  const { page, complaints, close } = await dashboard.open(`#/collections/${name}`)
  await page.getByText('There are no records yet').waitFor()
  const lines = films.slice(0, 40).map(({ title, year, genres }, at) =>
    [quoted(title), year, quoted(genres.join(', ')), `${(at % 28) + 1}.3.${year}`, '=1+1', '<img src=x onerror=alert(1)>'].join(';'))
  // A year that is none, a title that is missing, a date that is none, and one cell too few.
  lines[4] = `Bad year;soon;;1.3.1903;=1+1;x`
  lines[7] = `;1905;;1.3.1905;=1+1;x`
  lines[9] = `Bad date;1905;;31.2.1905;=1+1;x`
  lines[12] = 'Ragged;1905'
  await drop(page, 'films.csv', `TITLE;Year;genres;Release Date;Note;Anything\r\n${lines.join('\r\n')}\r\n`)

  await stage(page, 'Where the columns go')
  await hasValue(page.getByLabel('Field for TITLE', { exact: true }), '=title')
  await hasValue(page.getByLabel('Field for Release Date', { exact: true }), '=release_date')
  await hasValue(page.getByLabel('How values of genres are written'), 'list,')
  await hasValue(page.getByLabel('Field for Anything', { exact: true }), 'out')
  await hasValue(page.getByLabel('How values of Release Date are written'), 'dmy')
  await page.getByText('40 rows', { exact: true }).waitFor()
  await page.getByText('The row has 2 cells, and the header has 6.').waitFor()
  await page.getByRole('cell', { name: '<img src=x onerror=alert(1)>' }).first().waitFor()
  await assertAccessible(page)
  await picture(page, 'import-mapping', SIZES)
  assert.equal(await total(name), 0)

  await button(page, 'Try 40 rows').click()
  await stage(page, '36 rows of 40 would be imported')
  const bad = page.getByRole('region', { name: 'Bad rows' }).getByRole('row')
  await settles(() => bad.allInnerTexts().then((rows) => rows.slice(1).map((row) => row.split(/\s+/)[0])), ['6', '9', '11', '14'])
  await bad.filter({ hasText: 'year: Must be a number.' }).waitFor()
  await assertAccessible(page)
  await picture(page, 'import-dry-run', SIZES)
  assert.equal(await total(name), 0)

  await button(page, 'Import 36 rows').click()
  await stage(page, 'The import is done')
  await settles(() => number(page, 'Made').innerText(), '36')
  await settles(() => number(page, 'Bad').innerText(), '4')
  await assertAccessible(page)
  await picture(page, 'import-report', SIZES)
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Download the bad rows').click()])
  assert.equal(file.suggestedFilename(), 'films-bad-rows.csv')
  const repair = readFileSync(await file.path(), 'utf8').replace('\ufeff', '').trim().split('\n')
  assert.equal(repair.length, 5)
  assert.equal(repair[0], 'TITLE,Year,genres,Release Date,Note,Anything,problem')
  assert.match(repair[1], /^Ragged,1905,.*"?Line 14: /)
  assert.match(repair.find((line) => line.startsWith('Bad year')), /'=1\+1,x,Line 6: year: Must be a number\.$/)

  await button(page, 'Show the records').click()
  await page.getByText('36 records').waitFor()
  const at = films.findIndex(({ genres }, at) => at > 12 && at < 28 && genres.length > 1)
  const first = await pb.collection(name).getFirstListItem(pb.filter('title = {:title}', films[at]))
  assert.deepEqual(first.genres, films[at].genres)
  assert.equal(first.release_date, `${films[at].year}-03-${String(at + 1).padStart(2, '0')} 00:00:00.000Z`)
  assert.equal(first.note, '=1+1')
  assert.deepEqual(complaints, [])
  await close()
})

test('a thousand films of NDJSON make a new collection on Home, with fields guessed from their values', async () => {
  const { page, complaints, close } = await dashboard.open()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await drop(page, 'New films.ndjson', FILMS)
  await stage(page, 'Where the columns go')
  await hasValue(page.getByLabel('Name of the new collection'), 'New_films')
  await hasValue(page.getByLabel('Type of the new field for year', { exact: true }), 'number')
  await hasValue(page.getByLabel('Type of the new field for genres', { exact: true }), 'select')
  await hasValue(page.getByLabel('Type of the new field for thumbnail', { exact: true }), 'url')
  await page.getByLabel('Field for thumbnail_width', { exact: true }).selectOption('Leave out')
  await page.getByLabel('Name of the new field for href', { exact: true }).fill('title')
  await page.getByText('Another column goes to title.').waitFor()
  await assertAccessible(page)
  await page.getByLabel('Name of the new field for href', { exact: true }).fill('page')
  await page.getByLabel('Name of the new collection').fill('cinema')
  await picture(page, 'import-new-collection', SIZES)

  // What was chosen is not lost by a key.
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: 'Leave the import?' }).waitFor()
  await button(page, 'Stay').click()

  // What was made for a dry run goes again.
  await button(page, 'Try 1,000 rows').click()
  await stage(page, '1,000 rows of 1,000 would be imported')
  await button(page, 'Back').click()
  await stage(page, 'Where the columns go')
  await settles(async () => (await pb.collections.getFullList()).filter(({ name }) => name === 'cinema').length, 0)
  await button(page, 'Try 1,000 rows').click()
  await button(page, 'Import 1,000 rows').click()
  await stage(page, 'The import is done')
  await button(page, 'Show the records').click()
  await page.getByRole('heading', { name: 'cinema' }).waitFor()
  await page.getByText('1,000 records').waitFor()
  const { fields } = await pb.collections.getOne('cinema')
  assert.deepEqual(fields.map(({ name, type }) => `${name} ${type}`), [
    'id text', 'title text', 'year number', 'cast json', 'genres select', 'page text', 'thumbnail url',
    'thumbnail_height number', 'created autodate', 'updated autodate',
  ])
  const sixth = await pb.collection('cinema').getFirstListItem('title = "The Night Before Christmas"')
  assert.deepEqual([sixth.year, sixth.genres, sixth.thumbnail_height], [1905, ['Short', 'Silent'], 218])
  assert.deepEqual(complaints, [])
  await close()
})

test('keys and values that mean harm are keys and values, and nested objects stay whole', async () => {
  made += 1
  const { name } = await pb.collections.create({
    name: `hostile_${made}`, type: 'base',
    fields: [{ name: 'title', type: 'text' }, { name: 'extra', type: 'json' }, { name: 'constructor', type: 'text' }],
  })
  const { page, complaints, close } = await dashboard.open(`#/collections/${name}`)
  const html = '<script>alert(1)</script>'
  const rows = [
    `{"title": ${JSON.stringify(html)}, "extra": {"deep": [{"er": 12345678901234567890}]}, "__proto__": {"title": "polluted"}}`,
    `{"title": "\u202eright to left", "constructor": "built", "<b>key</b>": 1}`,
    '{"title": ["no", "text"]}',
    'no json at all',
  ]
  await button(page, 'Import a file').click()
  await assertAccessible(page)
  await choose(page, 'hostile.json', rows.join('\n'))
  await stage(page, 'Where the columns go')
  await page.getByLabel('Field for __proto__', { exact: true }).waitFor()
  await page.getByLabel('Field for <b>key</b>', { exact: true }).waitFor()
  await hasValue(page.getByLabel('Field for constructor', { exact: true }), '=constructor')
  await button(page, 'Try 4 rows').click()
  await stage(page, '2 rows of 4 would be imported')
  await page.getByText('title: Must be a text.').waitFor()
  await button(page, 'Import 2 rows').click()
  await stage(page, 'The import is done')
  await button(page, 'Show the records').click()
  await page.getByRole('gridcell', { name: html }).waitFor()
  const records = await pb.collection(name).getFullList({ sort: 'title' })
  assert.deepEqual(records.map(({ title }) => title).sort(), [html, '\u202eright to left'])
  assert.deepEqual(complaints, [])
  await close()
})

test('what cannot be read is said in words, and another file can be taken', async () => {
  const { name } = await filmsCollection()
  const { page, complaints, close } = await dashboard.open(`#/collections/${name}`)
  await button(page, 'Import a file').click()
  for (const [file, content, words] of [
    ['films.xlsx', Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), 'Save it as CSV first.'],
    ['films.csv', Buffer.from([1, 2, 0, 3]), 'It is no text file'],
    ['films.csv', '', 'It is empty.'],
    ['films.csv', 'title,year\n', 'It has a header, and no row below it.'],
    ['films.json', '[]', 'There is no row in it.'],
    ['films.json', '[{"title": "a"}', 'The list has no end (]); the file may be cut off.'],
    ['films.json', '[{"title": "a"} {"title": "b"}]', 'Line 1: a comma or the end of the list (]) is missing'],
  ]) {
    await choose(page, file, content)
    await page.getByRole('alert').filter({ hasText: words }).waitFor()
  }
  await assertAccessible(page)
  // Another encoding, names that are there twice, and one that is missing.
  await choose(page, 'films.csv', Buffer.from('title,title,,year\nCaf\xe9,x,y,1999\n', 'latin1'))
  await page.getByText('It is not in UTF-8').waitFor()
  await page.getByText('The header has “title” more than once').waitFor()
  await page.getByText('One column has no name in the header.').waitFor()
  await page.getByRole('cell', { name: 'Café' }).waitFor()
  // A file without names.
  await page.getByLabel('The first row names the columns').click()
  await page.getByLabel('Field for Column 1', { exact: true }).waitFor()
  await page.getByText('2 rows', { exact: true }).waitFor()
  await page.getByText('Semicolon', { exact: true }).click()
  await page.getByText('1 column', { exact: true }).waitFor()
  await button(page, 'Cancel').click()
  await hasCount(dialog(page), 0)
  assert.deepEqual(complaints, [])
  await close()
})

test('a thousand columns are shown a hundred at a time', async () => {
  const { name } = await filmsCollection()
  const { page, close } = await dashboard.open(`#/collections/${name}`)
  await button(page, 'Import a file').click()
  const columns = Array.from({ length: 1_000 }, (_, at) => (at === 999 ? 'title' : `c${at}`))
  await choose(page, 'wide.csv', `${columns.join()}\n${columns.join()}\n`)
  await page.getByText('1 taken, 999 left out').waitFor()
  await button(page, 'Show the other 900').click()
  await hasValue(page.getByLabel('Field for title', { exact: true }), '=title')
  await button(page, 'Try 1 row').click()
  await stage(page, '1 row of 1 would be imported')
  await close()
})

test('an import rests, asks before it is left, and is stopped between two requests', async () => {
  const { name } = await filmsCollection()
  const { page, complaints, close } = await dashboard.open(`#/collections/${name}`)
  const held = []
  let isHeld = false
  await page.route(/\/import\?/, async (route) => {
    if (isHeld && !route.request().url().includes('dryRun')) await new Promise((go) => held.push(go))
    await route.continue()
  })
  const release = async () => {
    await settles(() => held.length, 1)
    held.shift()()
  }
  await button(page, 'Import a file').click()
  const row = (at) => `{"title": "Film ${at}", "year": ${at === 5 ? 3 : 1990}}`
  await choose(page, 'many.ndjson', Array.from({ length: 5_000 }, (_, at) => row(at)).join('\n'))
  await button(page, 'Try 5,000 rows').click()
  await button(page, 'Import 4,999 rows').click({ timeout: 20_000 })
  await stage(page, 'The import is done')
  await settles(() => number(page, 'Made').innerText(), '4,999')
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await page.getByText('4,999 records').waitFor()

  isHeld = true
  await button(page, 'Import').click()
  await choose(page, 'many.ndjson', Array.from({ length: 5_000 }, (_, at) => row(at)).join('\n'))
  await button(page, 'Try 5,000 rows').click()
  await button(page, 'Import 4,999 rows').click({ timeout: 20_000 })
  await stage(page, `Importing into ${name}`)
  await release()
  await page.getByText('1,000 of 5,000 rows').waitFor()
  await release()
  await page.getByText('2,000 of 5,000 rows').waitFor()
  await page.getByText(/rows a second, about/).waitFor()
  await assertAccessible(page)
  await picture(page, 'import-running', SIZES)
  await button(page, 'Pause').click()
  await page.getByText('It rests.').first().waitFor()
  await release()
  await page.getByText('3,000 of 5,000 rows').waitFor()
  assert.equal(held.length, 0)

  // Leaving asks; staying goes on.
  await page.evaluate(() => { location.hash = '#/' })
  await page.getByRole('heading', { name: 'Stop the import?' }).waitFor()
  await assertAccessible(page)
  await button(page, 'Go on importing').click()
  await button(page, 'Go on', ).filter({ hasText: /^Go on$/ }).click()
  await settles(() => held.length, 1)
  await button(page, 'Stop').click()
  await page.getByText('Ends with what is on its way.').first().waitFor()
  await release()
  await stage(page, 'The import was stopped')
  await settles(() => number(page, 'Made').innerText(), '3,999')
  await page.getByText('It was stopped behind line 4,000. What was made stays.').waitFor()
  await button(page, 'Show the records').click()
  await page.getByText('8,998 records').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('a request whose answer was cut is sent again, and no row is doubled', async () => {
  const { name } = await filmsCollection()
  const { page, close } = await dashboard.open(`#/collections/${name}`)
  let cuts = 1
  await page.route(/\/import\?/, async (route) => {
    const isDry = route.request().url().includes('dryRun')
    if (isDry || cuts === 0) return route.continue()
    cuts -= 1
    // The server does it, and nobody hears of it.
    await route.fetch()
    return route.abort('connectionreset')
  })
  await button(page, 'Import a file').click()
  const rows = Array.from({ length: 1_500 }, (_, at) => `{"title": "${at % 4 === 0 ? '' : `Film ${at}`}"}`)
  await choose(page, 'many.ndjson', rows.join('\n'))
  await button(page, 'Try 1,500 rows').click()
  await button(page, 'Import 1,125 rows').click()
  await page.getByText('Trying again').waitFor()
  await stage(page, 'The import is done')
  await settles(() => number(page, 'Made').innerText(), '1,125')
  // More of them than the server names in one answer.
  await settles(() => number(page, 'Bad').innerText(), '375')
  assert.equal(await total(name), 1_125)
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Download the bad rows').click()])
  assert.equal(readFileSync(await file.path(), 'utf8').trim().split('\n').length, 376)
  await close()
})

test('relations are found by a value, rows with ids that are there are left out, and a column becomes a new field', async () => {
  made += 1
  const studios = await pb.collections.create({ name: `studios_${made}`, type: 'base', fields: [{ name: 'name', type: 'text' }] })
  const ids = {}
  for (const name of ['Star', 'Moon', 'Twin', 'Twin']) ids[name] = (await pb.collection(studios.name).create({ name })).id
  const { name } = await filmsCollection([{ name: 'studio', type: 'relation', collectionId: studios.id }])
  await pb.collection(name).create({ id: 'abcdefghij00001', title: 'Is there' })
  const { page, complaints, close } = await dashboard.open(`#/collections/${name}`)
  await page.getByText('1 record', { exact: true }).waitFor()
  await drop(page, 'more.csv', [
    'id,title,studio,minutes',
    'abcdefghij00001,Is there,Star,90',
    'abcdefghij00002,New,Star,91',
    'abcdefghij00003,"With ""quotes""",Moon,92',
    'abcdefghij00004,Nobody,None,93',
    'abcdefghij00005,Two,Twin,94',
  ].join('\n'))
  await stage(page, 'Where the columns go')
  await page.getByLabel(/^What studio names records/).selectOption({ label: `${studios.name} by name` })
  await page.getByText('Is left out', { exact: true }).click()
  await page.getByLabel('Field for minutes', { exact: true }).selectOption('New field')
  await hasValue(page.getByLabel('Type of the new field for minutes', { exact: true }), 'number')
  await assertAccessible(page)
  await button(page, 'Try 5 rows').click()
  await stage(page, '2 rows of 5 would be imported')
  await page.getByText(`studio: No record of ${studios.name} has “None” as its name.`).waitFor()
  await page.getByText(`studio: Several records of ${studios.name} have “Twin” as their name.`).waitFor()
  await settles(() => number(page, 'There already').innerText(), '1')
  await button(page, 'Import 2 rows').click()
  await stage(page, 'The import is done')
  const record = await pb.collection(name).getOne('abcdefghij00003')
  assert.deepEqual([record.title, record.studio, record.minutes], ['With "quotes"', ids.Moon, 92])
  assert.deepEqual(complaints, [])
  await close()
})

test('a hundred thousand rows are read and sent without keeping the page from anything', async (t) => {
  made += 1
  const { name } = await pb.collections.create({ name: `events_${made}`, type: 'base', fields: [{ name: 'kind', type: 'text' }, { name: 'size', type: 'number' }] })
  const { page, close } = await dashboard.open(`#/collections/${name}`)
  await page.evaluate(() => {
    globalThis.longest = 0
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration)
    }).observe({ type: 'longtask' })
  })
  await button(page, 'Import a file').click()
  const folder = mkdtempSync(join(tmpdir(), 'tuckbox-import-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'events.csv')
  writeFileSync(file, `kind,size\n${Array.from({ length: 100_000 }, (_, at) => `"event, number ${at}",${at}`).join('\n')}\n`)
  const begun = Date.now()
  // By its path: handing its content to the page would be work for the page.
  await page.getByLabel('File to import').setInputFiles(file)
  await button(page, 'Try 100,000 rows').click({ timeout: 60_000 })
  await button(page, 'Import 100,000 rows').click({ timeout: 120_000 })
  await page.getByRole('heading', { name: 'The import is done' }).waitFor({ timeout: 180_000 })
  const longest = await page.evaluate(() => globalThis.longest)
  // Told, not asserted: machines that run tests are noisy.
  t.diagnostic(`${((Date.now() - begun) / 1000).toFixed(1)} s; longest task ${longest} ms`)
  assert.equal(await total(name), 100_000)
  await close()
})

test('a file is imported on a phone, within its width', async () => {
  const { name } = await filmsCollection()
  const { page, complaints, close } = await dashboard.open(`#/collections/${name}`, { viewport: PHONE, hasTouch: true, isMobile: true })
  await page.getByText('There are no records yet').waitFor()
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)
  await settles(fits, true, 'the empty collection')
  await button(page, 'Import a file').tap()
  await choose(page, 'films.ndjson', FILMS)
  await stage(page, 'Where the columns go')
  await settles(fits, true, 'the columns')
  const small = await dialog(page).locator('select:visible, button:visible').evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML))
  assert.deepEqual(small, [])
  await button(page, 'Try 1,000 rows').tap()
  await button(page, 'Import 1,000 rows').tap()
  await stage(page, 'The import is done')
  await settles(fits, true, 'the report')
  await assertAccessible(page)
  await button(page, 'Show the records').tap()
  await page.getByText('1,000 records').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})
