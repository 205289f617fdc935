// The panel of a record: what is typed is never lost, and what else it is for.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { signIn, startDashboard } from './support/dashboard.js'

const FILMS = new URL('../data/films.jsonl', import.meta.url).pathname

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard({ prepare: [['import', 'json', FILMS, '--collection', 'films']] })
  pb = await dashboard.server.superuser()
  const films = await pb.collections.getOne('films')
  await pb.collections.create({
    name: 'notes', type: 'base',
    fields: [
      { name: 'title', type: 'text', required: true, presentable: true },
      { name: 'pages', type: 'number' },
      { name: 'body', type: 'editor' },
      { name: 'extra', type: 'json' },
      { name: 'pin', type: 'password' },
      { name: 'place', type: 'geoPoint' },
      { name: 'film', type: 'relation', collectionId: films.id },
      { name: 'films', type: 'relation', collectionId: films.id, maxSelect: 9 },
      { name: 'papers', type: 'file', maxSelect: 9, maxSize: 64 * 1024 * 1024 },
      { name: 'secret', type: 'file', protected: true },
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
const noteAddress = (id) => `#/collections/notes/${id}`

test('what was typed and not saved is offered on return, until it is saved', async () => {
  const made = await pb.collection('notes').create({ title: 'Kept', pages: 1 })
  const { page, complaints, close } = await dashboard.open(noteAddress(made.id))
  await heading(page, 'Kept')
  assert.equal(await page.getByText('15 of 15 characters').count(), 0)
  await input(page, 'title').fill('Kept in the browser')
  await input(page, 'pages').fill('twelve')
  await input(page, 'extra').fill('{"a": ')
  await input(page, 'pin').fill('1234')
  await page.getByText('Changed: title, pages, extra, pin').waitFor()

  // What cannot be read is taken back like everything else.
  await press(page, 'Undo the change of extra')
  assert.equal(await input(page, 'extra').inputValue(), '')
  await input(page, 'extra').fill('{"a": ')

  await press(page, 'Cancel')
  await heading(page, 'Leave without saving?')
  await page.getByText('passwords and chosen files are gone').waitFor()
  await picture(page, 'record-leave')
  await press(page, 'Stay')
  await press(page, 'Undo the change of pin')
  await press(page, 'Cancel')
  await page.getByText('this browser keeps it').waitFor()
  await press(page, 'Leave')
  await cell(page, 'Kept').click()
  await page.getByText('You typed here before and did not save it').waitFor()
  await page.getByText('title, pages, extra').waitFor()
  await picture(page, 'record-draft-offered')
  await assertAccessible(page)
  await press(page, 'Take it up')
  assert.equal(await input(page, 'title').inputValue(), 'Kept in the browser')
  assert.equal(await input(page, 'pages').inputValue(), 'twelve')
  assert.equal(await input(page, 'extra').inputValue(), '{"a": ')
  await page.getByText('This is no number.').waitFor()

  // A window that is loaded again is another return; somebody else was faster meanwhile.
  await page.waitForTimeout(400)
  await pb.collection('notes').update(made.id, { title: 'Kept by another' })
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await heading(page, 'Kept by another')
  await page.getByText('Changed in the record since then: title.').waitFor()
  await press(page, 'Take it up')
  await input(page, 'pages').fill('12')
  await input(page, 'extra').fill('{"a": 1}')
  await press(page, 'Save')
  await page.getByText('Kept in the browser is saved').waitFor()
  const saved = await pb.collection('notes').getOne(made.id)
  assert.deepEqual([saved.title, saved.pages, saved.extra], ['Kept in the browser', 12, { a: 1 }])
  await page.waitForTimeout(400)
  await page.reload()
  await heading(page, 'Kept in the browser')
  assert.equal(await page.getByText('You typed here before').count(), 0)
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tuckbox_draft'))), [])
  assert.deepEqual(complaints, [])
  await close()
})

test('a new record is kept as well, and what is not wanted is dropped for good', async () => {
  const { page, close } = await dashboard.open('#/collections/notes/new')
  await input(page, 'title').fill('Not yet')
  await press(page, 'Cancel')
  await press(page, 'Leave')
  await press(page, 'New record')
  await press(page, 'Take it up')
  assert.equal(await input(page, 'title').inputValue(), 'Not yet')
  await press(page, 'Cancel')
  await press(page, 'Discard it')
  await press(page, 'New record')
  await heading(page, 'New notes')
  assert.equal(await page.getByText('You typed here before').count(), 0)
  await close()
})
