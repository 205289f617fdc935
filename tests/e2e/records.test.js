// Records in the dashboard: found, read, made, changed and deleted.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { EMAIL, PASSWORD } from '../sdk/support/server.js'
import { png } from './support/image.js'
import { hasAttribute, hasCount, hasValue, settles } from './support/settles.js'

const FILMS = new URL('../data/films.jsonl', import.meta.url).pathname

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard({ prepare: [['import', 'json', FILMS, '--collection', 'films']] })
  pb = await dashboard.server.superuser()
  const films = await pb.collections.getOne('films')
  await pb.collections.create({
    name: 'everything', type: 'base',
    fields: [
      { name: 'title', type: 'text', required: true, max: 40, help: 'What it is called.' },
      { name: 'body', type: 'editor' },
      { name: 'score', type: 'number', max: 10 },
      { name: 'active', type: 'bool' },
      { name: 'contact', type: 'email' },
      { name: 'site', type: 'url' },
      { name: 'due', type: 'date' },
      { name: 'kind', type: 'select', values: ['a', 'b'], maxSelect: 1 },
      { name: 'tags', type: 'select', values: ['red', 'green', 'blue'], maxSelect: 3 },
      { name: 'cover', type: 'file', mimeTypes: ['image/png'] },
      { name: 'papers', type: 'file', maxSelect: 3 },
      { name: 'film', type: 'relation', collectionId: films.id },
      { name: 'more', type: 'relation', collectionId: films.id, maxSelect: 5 },
      { name: 'extra', type: 'json' },
      { name: 'pin', type: 'password' },
      { name: 'place', type: 'geoPoint' },
      { name: 'created', type: 'autodate', onCreate: true },
    ],
  })
})
after(async () => { await dashboard?.stop() })

const heading = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor()
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const grid = (page) => page.getByRole('grid')
const cell = (page, text) => grid(page).getByRole('gridcell', { name: text, exact: true }).first()
/** The input of a field in the panel. */
const input = (page, name) => page.getByLabel(new RegExp(`^\\s*${name}\\b`)).first()

test('a thousand films are scrolled, found and put in order by keys alone', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/films')
  await page.getByText('1,000 records').waitFor()
  await cell(page, 'After Dark in Central Park').waitFor()
  await grid(page).focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.press('Home')
  const active = async () => {
    const at = page.locator(`[id="${await grid(page).getAttribute('aria-activedescendant')}"]`)
    const row = page.getByRole('row').filter({ has: at })
    return [await row.getAttribute('aria-rowindex'), await at.getAttribute('aria-colindex')]
  }
  await settles(active, ['1001', '2'])
  // Scrolled away by hand, no cell that is not there is said to be the active one.
  await grid(page).evaluate((element) => { element.scrollTop = 0 })
  await hasAttribute(grid(page), 'aria-activedescendant', null)
  await page.keyboard.press('End')
  await page.keyboard.press('Home')
  await settles(active, ['1001', '2'])
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length)
  assert.ok(nodes < 3_000, `${nodes} nodes`)
  await picture(page, 'grid-end')

  await page.getByLabel('Filter').fill('year > 1950 && title ~ "star"')
  await page.keyboard.press('Enter')
  await page.getByText(/^\d+ records$/).filter({ hasNotText: '1,000' }).waitFor()
  const expected = await pb.collection('films').getList(1, 1, { filter: 'year > 1950 && title ~ "star"', sort: '-year' })
  await page.getByText(`${expected.totalItems} records`, { exact: true }).waitFor()
  await page.getByRole('columnheader').getByRole('button', { name: 'year', exact: true }).click()
  await page.getByRole('columnheader').getByRole('button', { name: 'year', exact: true }).click()
  await grid(page).getByRole('row').nth(1).getByText(expected.items[0].title, { exact: true }).waitFor()
  assert.match(page.url(), /filter=.*sort=-year/)
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('a wrong filter is told below it, and the rows before stay', async () => {
  const { page, close } = await dashboard.open('#/collections/films')
  await cell(page, 'After Dark in Central Park').waitFor()
  await page.getByLabel('Filter').fill('yer > 1950')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'did you mean' }).waitFor()
  await cell(page, 'After Dark in Central Park').waitFor()
  await picture(page, 'grid-filter-error')
  await page.getByLabel('Filter').fill('title = "nothing is called so"')
  await page.keyboard.press('Enter')
  await page.getByText('No record matches the filter.').waitFor()
  await press(page, 'Clear the filter')
  await cell(page, 'After Dark in Central Park').waitFor()
  await close()
})

test('a record with every type of field is made, and read back as it was typed', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/everything/new')
  await input(page, 'title').fill('A title')
  await page.getByRole('radio', { name: 'Source' }).check()
  await page.getByRole('textbox', { name: 'body' }).fill('<p>Some <b>bold</b> words</p>')
  await input(page, 'score').fill('7.5')
  await input(page, 'active').check()
  await input(page, 'contact').fill('ann@example.com')
  await input(page, 'site').fill('https://example.com/a?b=c')
  await input(page, 'due').fill('2024-05-01T12:30:00')
  await input(page, 'kind').selectOption('b')
  await page.getByLabel('red', { exact: true }).check()
  await page.getByLabel('blue', { exact: true }).check()
  await input(page, 'cover').setInputFiles({ name: 'cover.png', mimeType: 'image/png', buffer: png(60, 40) })
  await input(page, 'papers').setInputFiles([
    { name: 'one.txt', mimeType: 'text/plain', buffer: Buffer.from('one') },
    { name: 'two.txt', mimeType: 'text/plain', buffer: Buffer.from('two') },
  ])
  await input(page, 'film').fill('central park')
  await page.getByRole('option', { name: /After Dark in Central Park/ }).click()
  for (const words of ['monkey bicyclist', 'higher law']) {
    await input(page, 'more').fill(words)
    await page.getByRole('listbox').getByRole('option').first().waitFor()
    await page.getByRole('listbox').getByRole('option', { name: new RegExp(words, 'i') }).click()
  }
  await input(page, 'extra').fill('{"a": [1, 2]}')
  await input(page, 'pin').fill('1234')
  await input(page, 'Latitude').fill('59.91')
  await page.getByLabel('Longitude').fill('10.75')
  await picture(page, 'record-new')
  await assertAccessible(page)
  await press(page, 'Create')
  await page.getByText('A title is made').waitFor()

  const made = await pb.collection('everything').getFirstListItem('title = "A title"', { expand: 'film,more' })
  assert.deepEqual(
    [made.body, made.score, made.active, made.contact, made.site, made.kind, made.tags, made.extra, made.place],
    [
      '<p>Some <b>bold</b> words</p>', 7.5, true, 'ann@example.com', 'https://example.com/a?b=c', 'b', ['red', 'blue'],
      { a: [1, 2] }, { lat: 59.91, lon: 10.75 },
    ],
  )
  assert.equal(new Date(made.due.replace(' ', 'T')).getTime(), new Date(2024, 4, 1, 12, 30).getTime())
  assert.match(made.cover, /^cover_\w+\.png$/)
  assert.equal(made.papers.length, 2)
  assert.deepEqual(made.expand.more.map(({ title }) => title), ['The Monkey Bicyclist', 'The Higher Law'])
  assert.equal(made.expand.film.title, 'After Dark in Central Park')

  // In the grid it is there at once, with words instead of ids.

  await cell(page, 'A title').waitFor()
  await grid(page).getByText('After Dark in Central Park').waitFor()
  await cell(page, 'A title').click()
  await heading(page, 'A title')
  await input(page, 'title').waitFor()
  await page.getByRole('link', { name: made.cover }).waitFor()
  await picture(page, 'record-every-type')
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('only what was changed is sent, and each change can be taken back', async () => {
  const made = await pb.collection('everything').create({ title: 'Before', score: 1, extra: { deep: true } })
  const { page, close } = await dashboard.open(`#/collections/everything/${made.id}`)
  await heading(page, 'Before')
  await input(page, 'title').fill('After')
  await input(page, 'score').fill('2')
  await page.getByText('Changed: title, score').waitFor()
  await press(page, 'Undo the change of score')
  await picture(page, 'record-changed')
  const sent = page.waitForRequest((request) => request.method() === 'PATCH')
  await page.keyboard.press('Control+s')
  assert.deepEqual((await sent).postDataJSON(), { title: 'After' })
  await page.getByText('After is saved').waitFor()
  await cell(page, 'After').waitFor()
  await close()
})

test('what is wrong is said beside its field before and after it is sent', async () => {
  const { page, close } = await dashboard.open('#/collections/everything/new')
  await input(page, 'score').fill('many')
  await page.getByText('This is no number.').waitFor()
  await input(page, 'score').fill('12')
  await input(page, 'extra').fill('{"a": 1,}')
  await page.getByText(/This is not JSON/).waitFor()
  await input(page, 'extra').fill('')
  await input(page, 'contact').fill('nobody')
  await press(page, 'Create')
  await page.getByText('Cannot be blank.').waitFor()
  assert.equal(await input(page, 'title').evaluate((element) => element === document.activeElement), true)
  await hasCount(page.locator('[aria-invalid="true"]'), 3)
  await picture(page, 'record-errors')
  await assertAccessible(page)
  await input(page, 'cover').setInputFiles({ name: 'not.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
  await page.getByText('not.txt is text/plain; taken are image/png.').first().waitFor()
  await close()
})

test('files are replaced, kept and removed', async () => {
  const made = await pb.collection('everything').create({
    title: 'Files', papers: [new File(['one'], 'one.txt'), new File(['two'], 'two.txt')],
  })
  const { page, close } = await dashboard.open(`#/collections/everything/${made.id}`)
  await heading(page, 'Files')
  await press(page, `Remove ${made.papers[0]}`)
  await input(page, 'papers').setInputFiles({ name: 'three.txt', mimeType: 'text/plain', buffer: Buffer.from('three') })
  await page.getByText('goes when you save').waitFor()
  await press(page, 'Save')
  await page.getByText('Files is saved').waitFor()
  const { papers } = await pb.collection('everything').getOne(made.id)
  assert.equal(papers.length, 2)
  assert.equal(papers[0], made.papers[1])
  assert.match(papers[1], /^three_/)
  await close()
})

test('a record is copied, and deleted once its message goes', async () => {
  const made = await pb.collection('everything').create({ title: 'Twin', tags: ['red'] })
  const { page, close } = await dashboard.open(`#/collections/everything/${made.id}`)
  await heading(page, 'Twin')
  await press(page, 'Duplicate')
  await heading(page, 'New everything')
  await input(page, 'title').fill('Other twin')
  await press(page, 'Create')
  await page.getByText('Other twin is made').waitFor()
  const copy = await pb.collection('everything').getFirstListItem('title = "Other twin"')
  assert.deepEqual(copy.tags, ['red'])
  await cell(page, 'Twin').click()
  await heading(page, 'Twin')
  await press(page, 'Delete')
  await page.getByText('Twin is deleted').waitFor()
  await page.getByText('Twin is deleted').waitFor({ state: 'detached' })
  await settles(() => pb.collection('everything').getOne(made.id).then(() => 200, (error) => error.status), 404)
  await close()
})

test('a session that ends over a form is gone on with, and what was typed is still there', async () => {
  const made = await pb.collection('everything').create({ title: 'Typed into' })
  const { page, close } = await dashboard.open(`#/collections/everything/${made.id}`)
  await heading(page, 'Typed into')
  await input(page, 'title').fill('Typed before the end')
  // A new password ends all sessions of an account.
  dashboard.server.run('superuser', 'update', EMAIL, 'another horse battery')
  await press(page, 'Save')
  await page.getByRole('heading', { name: 'Your session ended' }).waitFor()
  await picture(page, 'session-ended')
  await assertAccessible(page)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Password').fill('another horse battery')
  await dialog.getByRole('button', { name: 'Sign in' }).click()
  await dialog.waitFor({ state: 'detached' })
  await hasValue(input(page, 'title'), 'Typed before the end')
  await press(page, 'Save')
  await page.getByText('Typed before the end is saved').waitFor()
  dashboard.server.run('superuser', 'update', EMAIL, PASSWORD)
  pb = await dashboard.server.superuser()
  await close()
})

test('HTML in names and values is shown as text', async () => {
  const script = '<img src=x onerror="document.title=\'hit\'"><script>document.title="hit"</script>'
  await pb.collection('everything').create({ title: script.slice(0, 40), body: script, extra: { html: script } })
  const { page, complaints, close } = await dashboard.open('#/collections/everything?sort=-created')
  await cell(page, script.slice(0, 40)).waitFor()
  await cell(page, script.slice(0, 40)).click()
  await heading(page, script.slice(0, 40))
  assert.notEqual(await page.title(), 'hit')
  assert.deepEqual(complaints, [])
  await close()
})

test('on a phone records are read and changed', async () => {
  const made = await pb.collection('everything').create({ title: 'In the hand' })
  const { page, close } = await dashboard.open('#/collections/films', { viewport: PHONE })
  await page.getByRole('link', { name: 'After Dark in Central Park' }).waitFor()
  await picture(page, 'grid-phone')
  const sideways = () => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  assert.equal(await sideways(), false)
  await page.goto(`${dashboard.server.url}/_/#/collections/everything/${made.id}`)
  await heading(page, 'In the hand')
  assert.equal(await sideways(), false)
  await input(page, 'title').fill('On the phone')
  await press(page, 'Save')

  await page.getByText('On the phone is saved').waitFor()
  await close()
})

test('a page of records comes in three questions', async () => {
  const { page, close } = await dashboard.open('#/')
  await heading(page, 'Home')
  await page.waitForLoadState('networkidle')
  const asked = []
  page.on('request', (request) => {
    // The stream of changes is no question.
    if (/\/api\/(?!realtime)/.test(request.url())) asked.push(new URL(request.url()).pathname)
  })
  await page.getByRole('navigation').getByRole('link', { name: 'films' }).click()
  await page.getByText('1,000 records').waitFor()
  await cell(page, 'After Dark in Central Park').waitFor()
  assert.ok(asked.length <= 3, asked.join())
  await close()
})

test('whoever asks for a page that is not there is told, within the dashboard', async () => {
  const { page, close } = await dashboard.open('#/nowhere')
  await heading(page, 'There is no page here')
  await page.goto(`${dashboard.server.url}/_/#/collections/nothing`)
  await heading(page, 'There is no collection “nothing”')
  await page.goto(`${dashboard.server.url}/_/#/collections/films/nothing`)
  await page.getByText('There is no such record any more.').waitFor()
  await picture(page, 'record-missing')
  await close()
})

