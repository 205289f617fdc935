// Whole schemas in the dashboard: taken out, looked at before they come in, and single collections copied.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasValue } from './support/settles.js'

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
  await pb.collections.create({
    name: 'films', type: 'base', listRule: '', fields: [{ name: 'title', type: 'text' }, { name: 'body', type: 'editor' }],
    indexes: ['CREATE INDEX film_title ON films (title)'],
  })
  await pb.collections.create({ name: 'old', type: 'base' })
  await pb.collection('films').create({ title: 'Metropolis', body: 'A city.' })
})
after(async () => { await dashboard?.stop() })

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

test('a collection is copied, with its fields and rules', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/films/settings/fields')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await press(page, 'Copy JSON')
  await page.getByText('films is copied as JSON').waitFor()
  assert.equal(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())).name, 'films')
  await press(page, 'Duplicate')
  await hasValue(page.getByLabel('Name', { exact: true }), 'films_copy')
  await press(page, 'Create')
  await page.getByRole('heading', { name: 'films_copy', exact: true }).waitFor()
  const copy = await pb.collections.getOne('films_copy')
  assert.deepEqual([copy.listRule, copy.fields.map(({ name }) => name)], ['', ['id', 'title', 'body', 'created', 'updated']])
  assert.match(copy.indexes[0], /films_copy/)

  await page.goto(`${dashboard.server.url}/_/#/collections/users/settings/fields`)
  await press(page, 'Duplicate')
  await press(page, 'Create')
  await page.getByRole('heading', { name: 'users_copy', exact: true }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
  await pb.collections.delete('films_copy')
  await pb.collections.delete('users_copy')
})

test('the schema is saved as a file, whole or in parts', async () => {
  const { page, complaints, close } = await dashboard.open('#/')
  await page.getByRole('link', { name: 'Settings', exact: true }).click()
  await page.getByRole('link', { name: 'Export collections' }).click()
  await page.getByLabel('All', { exact: true }).uncheck()
  await page.getByLabel('films', { exact: true }).check()
  await page.getByText('1 collection', { exact: true }).waitFor()
  await picture(page, 'export-collections')
  await assertAccessible(page)
  const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Save as a file')])
  const saved = JSON.parse(await readFile(await file.path(), 'utf8'))
  assert.deepEqual(saved.map(({ name, created }) => [name, created]), [['films', undefined]])
  assert.deepEqual(complaints, [])
  await close()
})

test('what an import would do is seen, and only what was chosen is done', async () => {
  const films = await pb.collections.getOne('films')
  const users = await pb.collections.getOne('users')
  const text = JSON.stringify([
    { ...users, fields: users.fields },
    { name: 'films', id: films.id, listRule: null, fields: films.fields.filter(({ name }) => name !== 'body').map((field) => field.name === 'title' ? { ...field, max: 200 } : field) },
    { name: 'people', type: 'base', fields: [{ name: 'name', type: 'text' }] },
    { name: 'unwanted', type: 'base' },
  ])
  const { page, complaints, close } = await dashboard.open('#/settings/import-collections')
  await page.getByLabel('Collections as JSON').fill('[{]')
  await page.getByText(/^It is no JSON/).waitFor()
  await page.getByLabel('Collections as JSON').fill(text)
  await page.getByText('max 0 → 200').waitFor()
  await page.getByText('3 collections would change').waitFor()
  await page.getByLabel('Remove everything else').check()
  await page.getByText('editor: values of 1 record go').waitFor()
  await page.getByText('is deleted, with 0 records').waitFor()
  await page.getByRole('checkbox', { name: /^unwanted/ }).uncheck()
  await page.getByRole('checkbox', { name: /^old/ }).uncheck()
  await picture(page, 'import-diff')
  await assertAccessible(page)
  await press(page, 'Import 2 collections…')
  await page.getByLabel('Confirmation').fill('IMPORT')
  await assertAccessible(page)
  await press(page, 'Import')
  await page.getByText('2 collections imported').waitFor()
  const after = await pb.collections.getFullList()
  const named = (name) => after.find((one) => one.name === name)
  assert.deepEqual([Boolean(named('old')), Boolean(named('people')), Boolean(named('unwanted'))], [true, true, false])
  assert.equal(named('films').listRule, null)
  assert.equal(named('films').fields.some(({ name }) => name === 'body'), false)
  assert.deepEqual(complaints, [])
  await close()
})

test('an import that is refused changes nothing, and says why; also on a phone', async () => {
  const { page, close } = await dashboard.open('#/settings/import-collections', { viewport: PHONE })
  await page.getByLabel('Collections as JSON').fill('[{"name":"broken","type":"base","listRule":"nowhere = 1"}]')
  await press(page, 'Import 1 collection')
  await page.getByText('Nothing was changed.').waitFor()
  await page.getByText(/broken/).first().waitFor()
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  assert.equal(sideways, false)
  await assertAccessible(page)
  await close()
})
