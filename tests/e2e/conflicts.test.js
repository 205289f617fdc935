// Two people at one record: nothing typed is lost, and nothing is overwritten that nobody saw.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasAttribute, hasCount, hasValue, settles } from './support/settles.js'

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
  const authors = await pb.collections.create({ name: 'authors', type: 'base', fields: [{ name: 'name', type: 'text', presentable: true }] })
  const notes = await pb.collections.create({
    name: 'notes', type: 'base',
    fields: [
      { name: 'title', type: 'text', required: true, presentable: true },
      { name: 'pages', type: 'number' },
      { name: 'body', type: 'text', max: 2_000 },
      { name: 'kind', type: 'select', values: ['draft', 'final'], maxSelect: 1 },
      { name: 'author', type: 'relation', collectionId: authors.id },
      { name: 'others', type: 'relation', collectionId: authors.id, maxSelect: 3 },
      { name: 'updated', type: 'autodate', onCreate: true, onUpdate: true },
    ],
  })
  await pb.collections.create({
    name: 'remarks', type: 'base',
    fields: [{ name: 'text', type: 'text' }, { name: 'on', type: 'relation', collectionId: authors.id, cascadeDelete: true }],
  })
  assert.ok(notes.id)
})
after(async () => { await dashboard?.stop() })

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const heading = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor()
const grid = (page) => page.getByRole('grid')
const cell = (page, text) => grid(page).getByRole('gridcell', { name: text, exact: true }).first()
/** The input of a field in the panel. */
const input = (page, name) => page.getByLabel(new RegExp(`^\\s*${name}\\b`)).first()
const note = (id) => pb.collection('notes').getOne(id)
const notes = (values) => pb.collection('notes').create({ title: 'A note', pages: 1, ...values }, { requestKey: null })
const isLive = (page) => page.getByRole('img', { name: /^Live/ }).waitFor()
const dialog = (page) => page.getByRole('dialog', { name: 'Somebody else saved this record' })

const LONG = 'The morning was cold and the road was long, and nobody had told them where it would end.'

/** A record that is open with its stream cut off: what others write is only known when one saves. */
async function openUnheard(id, options) {
  const opened = await dashboard.open('#/', options)
  await opened.page.route('**/api/realtime', (route) => route.abort())
  await opened.page.goto(`${dashboard.server.url}/_/#/collections/notes/${id}`)
  await heading(opened.page, 'A note')
  return opened
}

test('where two changed different fields, both stay', async () => {
  const { id } = await notes()
  const { page, complaints, close } = await openUnheard(id)
  await input(page, 'title').fill('Mine')
  await pb.collection('notes').update(id, { pages: 7 })
  await press(page, 'Save')
  await dialog(page).getByText('you changed different fields').waitFor()
  assert.equal((await note(id)).title, 'A note', 'nothing is written before somebody saw it')
  await dialog(page).getByText('theirs').waitFor()
  await assertAccessible(page)
  await press(page, 'Save merged')
  await page.getByText('Mine is saved').waitFor()
  await hasCount(page.getByRole('dialog'), 0)
  const { title, pages } = await note(id)
  assert.deepEqual({ title, pages }, { title: 'Mine', pages: 7 })
  await hasValue(input(page, 'pages'), '7')
  assert.deepEqual(complaints, [])
  await close()
})

test('where two changed one field, somebody chooses, and may go on typing', async () => {
  const { id } = await notes({ body: LONG })
  const { page, complaints, close } = await openUnheard(id)
  await input(page, 'title').fill('Mine')
  await input(page, 'body').fill(LONG.replace('cold', 'bright'))
  await input(page, 'kind').selectOption('draft')
  await pb.collection('notes').update(id, { title: 'Theirs', body: LONG.replace('long', 'endless'), pages: 3 })
  await page.keyboard.press('Control+s')
  await dialog(page).getByText('2 fields left to choose').waitFor()
  const title = dialog(page).getByRole('group', { name: 'title' })
  const body = dialog(page).getByRole('group', { name: 'body' })
  await body.getByText('bright').waitFor()
  await body.getByText('endless').waitFor()
  await picture(page, 'conflict')
  await assertAccessible(page)
  await hasAttribute(dialog(page).getByRole('button', { name: 'Save merged' }), 'aria-disabled', 'true')

  // Whoever does not want to decide loses nothing.
  await page.keyboard.press('Escape')
  await hasCount(page.getByRole('dialog'), 0)
  await hasValue(input(page, 'title'), 'Mine')
  await page.getByText('Changed just now: title, pages, body').waitFor()
  await press(page, 'Show changes')
  // By keys: a choice is a group of two.
  await title.getByLabel('Take theirs').focus()
  await page.keyboard.press('Space')
  await dialog(page).getByText('1 field left to choose').waitFor()
  await body.getByLabel('Keep mine').check()
  await press(page, 'Merge, and go on typing')
  await hasCount(page.getByRole('dialog'), 0)
  await hasValue(input(page, 'title'), 'Theirs')
  await hasValue(input(page, 'pages'), '3')
  await page.getByText('Changed: body, kind').waitFor()
  await press(page, 'Save')
  await page.getByText('Theirs is saved').waitFor()
  const saved = await note(id)
  assert.deepEqual([saved.title, saved.body, saved.pages, saved.kind], ['Theirs', LONG.replace('cold', 'bright'), 3, 'draft'])

  // Mine over theirs, and others are faster once more while that is decided.
  await input(page, 'title').fill('Mine again')
  await pb.collection('notes').update(id, { title: 'Theirs again' })
  await press(page, 'Save')
  await title.getByLabel('Keep mine').check()
  await pb.collection('notes').update(id, { title: 'Theirs at last' })
  await press(page, 'Save merged')
  await title.getByText('Theirs at last').waitFor()
  await title.getByLabel('Keep mine').check()
  await press(page, 'Save merged')
  await page.getByText('Mine again is saved').waitFor()
  assert.equal((await note(id)).title, 'Mine again')
  assert.deepEqual(complaints, [])
  await close()
})

test('a record that was deleted meanwhile is saved as a new one', async () => {
  const { id } = await notes({ body: 'Kept words' })
  const { page, complaints, close } = await openUnheard(id)
  await input(page, 'title').fill('Risen')
  await pb.collection('notes').delete(id)
  await press(page, 'Save')
  await heading(page, 'The record was deleted meanwhile')
  await assertAccessible(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Save it as a new one' }).click()
  await page.getByText('Risen is made').waitFor()
  await hasCount(page.getByRole('dialog'), 0)
  const risen = await pb.collection('notes').getFirstListItem('title = "Risen"')
  assert.deepEqual([risen.body, risen.id === id], ['Kept words', false])
  await settles(() => page.url().endsWith(risen.id), true)
  assert.deepEqual(complaints, [])
  await close()
})

test('an open record takes what others write, unless something is typed', async () => {
  const { id } = await notes()
  const { page, complaints, close } = await dashboard.open(`#/collections/notes/${id}`)
  await heading(page, 'A note')
  await isLive(page)
  await pb.collection('notes').update(id, { pages: 12 })
  await hasValue(input(page, 'pages'), '12')
  await hasCount(page.getByText('Changed just now'), 0)

  await input(page, 'title').fill('Typed')
  await pb.collection('notes').update(id, { title: 'Theirs', pages: 13 })
  await page.getByText('Changed just now: title, pages').waitFor()
  await hasValue(input(page, 'title'), 'Typed')
  await picture(page, 'record-changed')
  await assertAccessible(page)
  await press(page, 'Show changes')
  await dialog(page).getByLabel('Take theirs').check()
  await press(page, 'Save merged')
  await hasCount(page.getByRole('dialog'), 0)
  await hasValue(input(page, 'title'), 'Theirs')
  await hasValue(input(page, 'pages'), '13')
  await hasCount(page.getByText('Changed just now'), 0)

  // One's own saving is no news.
  await input(page, 'title').fill('Own')
  await press(page, 'Save')
  await page.getByText('Own is saved').waitFor()
  await input(page, 'pages').fill('14')
  await cell(page, 'Own').waitFor()
  await hasCount(page.getByText('Changed just now'), 0)
  await press(page, 'Save')
  await settles(async () => (await note(id)).pages, 14)

  await pb.collection('notes').delete(id)
  await page.getByText('This record was deleted just now.').waitFor()
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('a cell is written where another field was changed, and not over its own', async () => {
  const { id } = await notes({ title: 'A cell' })
  const opened = await dashboard.open('#/')
  const { page, complaints, close } = opened
  await page.route('**/api/realtime', (route) => route.abort())
  await page.goto(`${dashboard.server.url}/_/#/collections/notes?filter=${encodeURIComponent(`id = "${id}"`)}`)
  await cell(page, 'A cell').waitFor()
  const edit = async (text) => {
    await page.keyboard.press('Enter')
    await page.getByLabel(`title of ${id}`).fill(text)
    await page.keyboard.press('Enter')
  }
  await grid(page).focus()
  await page.keyboard.press('ArrowRight')
  await pb.collection('notes').update(id, { pages: 5 })
  await edit('Other field')
  await settles(async () => (await note(id)).title, 'Other field')
  await cell(page, '5').waitFor()

  // The version that the answer told is old by now, too.
  await pb.collection('notes').update(id, { pages: 6 })
  await edit('Other field again')
  await settles(async () => (await note(id)).title, 'Other field again')

  await pb.collection('notes').update(id, { title: 'Theirs' })
  await edit('Mine')
  await page.getByRole('alert').filter({ hasText: 'Changed by somebody else meanwhile to “Theirs”' }).waitFor()
  await picture(page, 'grid-edit-overtaken', [{ width: 1280, height: 800 }])
  await assertAccessible(page)
  assert.equal((await note(id)).title, 'Theirs')
  await page.keyboard.press('Enter')
  await hasValue(page.getByLabel(`title of ${id}`), 'Mine')
  await page.keyboard.press('Enter')
  await settles(async () => (await note(id)).title, 'Mine')

  // Taken back, unless somebody else was there since.
  await page.keyboard.press('Control+z')
  await settles(async () => (await note(id)).title, 'Theirs')
  await pb.collection('notes').update(id, { title: 'Theirs, later' })
  await page.keyboard.press('Control+Shift+z')
  await page.getByText(/somebody else changed it since/).waitFor()
  assert.equal((await note(id)).title, 'Theirs, later')
  await cell(page, 'Theirs, later').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('a deleted record can be kept for a while, and goes when the page does', async () => {
  const made = await Promise.all(['Gone first', 'Gone second', 'Gone third'].map((title) => notes({ title })))
  const [one, two, three] = made.map(({ id }) => id)
  const filter = encodeURIComponent('title ~ "Gone"')
  const { page, complaints, close } = await dashboard.open(`#/collections/notes?filter=${filter}&sort=title`)
  await cell(page, 'Gone first').click()
  await page.getByRole('heading', { name: 'Gone first' }).waitFor()
  await input(page, 'body').fill('Typed before')
  await press(page, 'Delete')
  await heading(page, 'Leave without saving?')
  await press(page, 'Leave')
  await page.getByText('Gone first is deleted').waitFor()
  await hasCount(page.getByRole('region', { name: 'Gone first' }), 0)
  await grid(page).getByTitle('This record was deleted').waitFor()
  await page.getByText('2 records', { exact: true }).waitFor()
  // Whoever is at the message has time.
  await page.getByRole('button', { name: 'Undo' }).focus()
  await picture(page, 'record-deleted')
  await assertAccessible(page)
  await press(page, 'Undo')
  await page.getByText('3 records', { exact: true }).waitFor()
  assert.ok(await note(one))
  // What was typed is not lost with it.
  await cell(page, 'Gone first').click()
  await page.getByText('You have unsaved changes from before').waitFor()
  await press(page, 'Discard them')
  await press(page, 'Close')

  // The key takes the row of the cursor; Ctrl Z keeps it.
  await grid(page).focus()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Delete')
  await page.getByText('Gone second is deleted').waitFor()
  await page.keyboard.press('Control+z')
  await page.getByText('The record stays').waitFor()
  await page.getByText('3 records', { exact: true }).waitFor()

  // A message that goes takes the records with it, and so does the page.
  await page.keyboard.press('Delete')
  await page.getByText('Gone second is deleted').waitFor()
  await page.getByRole('status').getByText('Gone second is deleted').locator('..').getByRole('button', { name: 'Dismiss' }).click()
  await settles(() => note(two).then(() => 200, (error) => error.status), 404)
  await grid(page).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Delete')
  await page.getByText('Gone third is deleted').waitFor()
  assert.ok(await note(three))
  await page.reload()
  await settles(() => note(three).then(() => 200, (error) => error.status), 404)
  assert.ok(await note(one))
  assert.deepEqual(complaints, [])
  await close()
})

test('a record that was changed since one looked is not deleted; what goes along is counted', async () => {
  const { id } = await notes()
  const { page, complaints, close } = await openUnheard(id)
  await hasValue(input(page, 'pages'), '1')
  await pb.collection('notes').update(id, { pages: 2 })
  await press(page, 'Delete')
  await page.getByText('A note is deleted').waitFor()
  await page.getByRole('status').getByText('A note is deleted').locator('..').getByRole('button', { name: 'Dismiss' }).click()
  await page.getByText('A note is not deleted: it was changed after you looked at it.').waitFor()
  await press(page, 'Look at it')
  await hasValue(input(page, 'pages'), '2')

  const author = await pb.collection('authors').create({ name: 'Ann' })
  for (const text of ['one', 'two']) await pb.collection('remarks').create({ text, on: author.id })
  await page.goto(`${dashboard.server.url}/_/#/collections/authors/${author.id}`)
  await heading(page, 'Ann')
  await press(page, 'Delete')
  await page.getByRole('dialog').getByText('2 records of remarks, by on').waitFor()
  await picture(page, 'record-delete')
  await assertAccessible(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 record' }).click()
  await settles(async () => (await pb.collection('remarks').getList(1, 1)).totalItems, 0)
  assert.deepEqual(complaints, [])
  await close()
})

test('relations are chosen in their cells', async () => {
  const [ann, bob] = await Promise.all(['Ann of cells', 'Bob of cells'].map((name) => pb.collection('authors').create({ name }, { requestKey: null })))
  const { id } = await notes({ title: 'Related' })
  const { page, complaints, close } = await dashboard.open(`#/collections/notes?filter=${encodeURIComponent(`id = "${id}"`)}`)
  await cell(page, 'Related').waitFor()
  await grid(page).focus()
  for (let at = 0; at < 5; at += 1) await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Choose authors' }).fill('Bob of')
  await page.getByRole('option', { name: 'Bob of cells' }).waitFor()
  await hasCount(page.getByRole('option'), 1)
  await picture(page, 'grid-edit-relation', [{ width: 1280, height: 800 }])
  await assertAccessible(page)
  await page.keyboard.press('Enter')
  await settles(async () => (await note(id)).author, bob.id)
  await cell(page, 'Bob of cells').waitFor()

  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const several = page.getByRole('combobox', { name: 'Add authors' })
  for (const name of ['Ann of cells', 'Bob of cells']) {
    await several.fill(name)
    await hasCount(page.getByRole('option'), 1)
    await page.getByRole('option', { name }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: `Remove ${name}` }).waitFor()
  }
  await press(page, 'Remove Ann of cells')
  await several.fill('Ann of')
  await page.getByRole('option', { name: 'Ann of cells' }).waitFor()
  await hasCount(page.getByRole('option'), 1)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Remove Ann of cells' }).waitFor()
  await page.keyboard.press('Enter')
  await settles(async () => (await note(id)).others, [bob.id, ann.id])
  await page.keyboard.press('Control+z')
  await settles(async () => (await note(id)).others, [])
  assert.deepEqual(complaints, [])
  await close()
})

test('an app’s code for the record has its real values', async () => {
  const { id } = await notes({ title: 'Coded', pages: 3 })
  const { page, complaints, close } = await dashboard.open(`#/collections/notes/${id}`)
  await heading(page, 'Coded')
  await page.getByRole('tab', { name: 'API' }).click()
  await page.getByText(`curl '${dashboard.server.url}/api/collections/notes/records/${id}'`).waitFor()
  await page.getByRole('radio', { name: 'JavaScript' }).check()
  await page.getByText(`pb.collection('notes').getOne('${id}')`).waitFor()
  await page.getByRole('region', { name: 'Update it with JavaScript' }).getByText('"title": "Coded"').waitFor()
  await page.getByRole('radio', { name: 'Dart' }).check()
  await page.getByText(`getOne('${id}');`).waitFor()
  await picture(page, 'record-api')
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('in the hand a conflict is settled, too', async () => {
  const { id } = await notes({ body: LONG })
  const { page, complaints, close } = await openUnheard(id, { viewport: PHONE, hasTouch: true, isMobile: true })
  await input(page, 'title').fill('In the hand')
  await pb.collection('notes').update(id, { title: 'On the desk', pages: 4 })
  await press(page, 'Save')
  await dialog(page).getByText('1 field left to choose').waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth), false)
  const small = await page.locator('dialog button:visible, dialog label:visible').evaluateAll((all) =>
    all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.ariaLabel ?? one.textContent))
  assert.deepEqual(small, [])
  await dialog(page).getByText('Keep mine').tap()
  await dialog(page).getByRole('button', { name: 'Save merged' }).tap()
  await page.getByText('In the hand is saved').waitFor()
  assert.deepEqual([(await note(id)).title, (await note(id)).pages], ['In the hand', 4])
  assert.deepEqual(complaints, [])
  await close()
})
