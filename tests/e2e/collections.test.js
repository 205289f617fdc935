// Collections in the dashboard: as a newcomer makes them, and as somebody changes them later.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasAttribute, hasValue, settles } from './support/settles.js'

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
})
after(async () => { await dashboard?.stop() })

const heading = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor()
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

/** Types the name of a field and adds it. */
async function addField(page, name, type) {
  await page.getByLabel('Name of a new field').fill(name)
  if (type) await page.getByLabel('Its type').selectOption({ label: type })
  await page.getByLabel('Name of a new field').press('Enter')
}

const choose = (page, operation, state) =>
  page.getByRole('group', { name: `Who: ${operation}` }).getByText(state, { exact: true }).click()

test('every type of field is made, and what is missing is said at its place', async () => {
  const { page, close } = await dashboard.open('#/new-collection')
  await page.getByLabel('Name', { exact: true }).fill('everything')
  const types = [
    'Text', 'Rich text', 'Number', 'Yes or no', 'E-mail', 'URL', 'Date', 'Automatic date', 'File', 'JSON', 'Place', 'Password',
  ]
  for (const type of types) await addField(page, type.replaceAll(/\W/g, '_').toLowerCase(), type)
  await addField(page, 'owner', 'Relation')
  await addField(page, 'colour', 'Choice')
  await press(page, 'Create')
  await page.getByText('Cannot be blank.').first().waitFor()
  await picture(page, 'collection-errors')
  await assertAccessible(page)
  await page.getByLabel('Choices, one a line').fill('red\ngreen')
  await press(page, 'Options of owner')
  await page.getByLabel('Points to').selectOption({ label: 'users' })
  await press(page, 'Create')
  await heading(page, 'everything')
  const { fields } = await pb.collections.getOne('everything')
  assert.deepEqual(fields.find(({ name }) => name === 'colour').values, ['red', 'green'])
  assert.equal(new Set(fields.map(({ type }) => type)).size, 14)
  await close()
})

test('fields are renamed, moved and removed, and the page tells before it is saved', async () => {
  await pb.collections.create({
    name: 'tools', type: 'base', fields: [{ name: 'title', type: 'text' }, { name: 'weight', type: 'number' }],
  })
  await pb.collection('tools').create({ title: 'hammer', weight: 2 })
  const { page, complaints, close } = await dashboard.open('#/collections/tools/settings/fields')
  await page.getByLabel('Name of the field title').fill('label')
  await press(page, 'Remove weight')
  await addField(page, 'price')
  await page.getByRole('button', { name: /^Move price/ }).press('ArrowUp')
  await page.getByText('Saving renames title to label, with all values; drops weight of 1 record; adds price (Number)').waitFor()
  await picture(page, 'collection-changes')
  await press(page, 'Save')
  await page.getByRole('dialog').getByText('drops weight of 1 record').waitFor()
  await picture(page, 'collection-plan')
  await assertAccessible(page)
  await hasAttribute(page.getByRole('button', { name: 'Drop and save' }), 'aria-disabled', 'true')
  await page.getByLabel('Confirmation').fill('tools')
  await press(page, 'Drop and save')
  await page.getByText('tools is saved').waitFor()
  const { fields } = await pb.collections.getOne('tools')
  assert.deepEqual(fields.map(({ name }) => name), ['id', 'label', 'price'])
  const [tool] = await pb.collection('tools').getFullList()
  assert.deepEqual([tool.label, tool.weight], ['hammer', undefined])
  assert.deepEqual(complaints, [])
  await close()
})

test('what is typed while it is saved stays, to be saved next', async () => {
  await pb.collections.create({ name: 'slow', type: 'base', fields: [{ name: 'title', type: 'text' }] })
  const { page, complaints, close } = await dashboard.open('#/collections/slow/settings/fields')
  let go
  const held = new Promise((resolve) => (go = resolve))
  await page.route(/\/api\/collections\/[^/]+$/, async (route) => {
    if (route.request().method() === 'PATCH') await held
    await route.continue()
  })
  await addField(page, 'price')
  const sent = page.waitForRequest((request) => request.method() === 'PATCH')
  await press(page, 'Save')
  await sent
  await page.getByLabel('Name of the field title').fill('label')
  await addField(page, 'size')
  go()
  await page.getByText('slow is saved').waitFor()
  const names = async () => (await pb.collections.getOne('slow')).fields.map(({ name }) => name)
  assert.deepEqual(await names(), ['id', 'title', 'price'])
  await hasValue(page.getByLabel('Name of the field price'), 'price')
  await page.getByText('Saving renames title to label').waitFor()
  await press(page, 'Save')
  await settles(names, ['id', 'label', 'price', 'size'])
  assert.deepEqual(complaints, [])
  await close()
})

test('rules and indexes that name a renamed field follow, also those of other collections', async () => {
  const shelves = await pb.collections.create({
    name: 'shelves', type: 'base', fields: [{ name: 'title', type: 'text' }], listRule: 'title != ""',
    indexes: ['CREATE INDEX shelf_title ON shelves (title)'],
  })
  await pb.collections.create({
    name: 'books', type: 'base', fields: [{ name: 'shelf', type: 'relation', collectionId: shelves.id }],
    viewRule: 'shelf.title = "title"',
  })
  const { page, complaints, close } = await dashboard.open('#/collections/shelves/settings/fields')
  await page.getByLabel('Name of the field title').fill('label')
  await press(page, 'Save')
  for (const place of ['the rule “List” of shelves', 'the rule “View” of books', 'the index shelf_title']) {
    await page.getByRole('dialog').getByText(`${place} names`).waitFor()
  }
  await picture(page, 'collection-renames')
  await assertAccessible(page)
  await press(page, 'Save so')
  await page.getByText('shelves is saved').waitFor()
  const [saved, books] = [await pb.collections.getOne('shelves'), await pb.collections.getOne('books')]
  assert.equal(saved.listRule, 'label != ""')
  assert.match(saved.indexes[0], /\(label\)|`label`/)
  assert.equal(books.viewRule, 'shelf.label = "title"')
  assert.deepEqual(complaints, [])
  await close()
})

test('what was typed is not left without a question', async () => {
  await pb.collections.create({ name: 'kept', type: 'base' })
  const { page, close } = await dashboard.open('#/collections/kept/settings/fields')
  await addField(page, 'unsaved')
  await page.getByRole('link', { name: 'users', exact: true }).click()
  await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor()
  await press(page, 'Stay')
  await page.getByLabel('Name of the field unsaved').waitFor()
  await page.getByRole('link', { name: 'users', exact: true }).click()
  await press(page, 'Leave')
  await heading(page, 'users')
  await close()
})

test('letting everyone write is asked for, and stays marked', async () => {
  await pb.collections.create({ name: 'walls', type: 'base' })
  const { page, close } = await dashboard.open('#/collections/walls/settings/rules')
  await choose(page, 'Delete', 'Everyone')
  await picture(page, 'rules-everyone')
  await press(page, 'Cancel')
  await settles(() => page.getByRole('group', { name: 'Who: Delete' }).getByLabel('Superusers only').isChecked(), true)
  await choose(page, 'Delete', 'Everyone')
  await press(page, 'Let everyone')
  await page.getByText('Everyone may do this, without signing in.').waitFor()
  await choose(page, 'List', 'Custom')
  await page.getByLabel('Rule: List').fill('nowhere = 1')
  await page.getByText(/There is no field .?nowhere.? in walls/).waitFor()
  await press(page, 'Save')
  await page.getByRole('tab', { name: /Rules/ }).getByLabel('has errors').waitFor()
  await picture(page, 'rules-error')
  await assertAccessible(page)
  await page.getByLabel('Rule: List').fill('id != ""')
  await press(page, 'Save')
  await page.getByText('walls is saved').waitFor()
  const saved = await pb.collections.getOne('walls')
  assert.deepEqual([saved.listRule, saved.deleteRule], ['id != ""', ''])
  await close()
})

test('the query of a view shows what it finds while it is typed', async () => {
  const { page, close } = await dashboard.open('#/new-collection?type=view')
  await page.getByLabel('Name', { exact: true }).fill('who')
  const query = page.getByLabel(/^A SELECT/)
  await query.fill('SELECT name FROM users')
  await page.getByText(/id/).first().waitFor()
  await query.fill('SELECT id, name FROM users')
  await page.getByRole('columnheader', { name: 'name text' }).waitFor()
  await picture(page, 'collection-view')
  await press(page, 'Create')
  await heading(page, 'who')
  assert.equal((await pb.collections.getOne('who')).type, 'view')
  await close()
})

test('the query of a view is completed with collections and their columns', async () => {
  const { page, complaints, close } = await dashboard.open('#/new-collection?type=view')
  await page.getByLabel(/^A SELECT/).click()
  const query = page.getByRole('combobox', { name: /^A SELECT/ })
  await query.pressSequentially('SELECT id FROM use')
  await page.getByRole('listbox').getByRole('option', { name: 'users', exact: true }).waitFor()
  await assertAccessible(page)
  await page.keyboard.press('Enter')
  await query.pressSequentially(' WHERE users.verif')
  await page.getByRole('listbox').getByRole('option', { name: 'verified', exact: true }).waitFor()
  await page.keyboard.press('Tab')
  await settles(() => query.innerText(), 'SELECT id FROM users WHERE users.verified')
  // Esc closes the list, then Tab goes on.
  await page.keyboard.press('Tab')
  await settles(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Fields of which collection')
  assert.deepEqual(complaints, [])
  await close()
})

test('an index over several fields is made by choosing them', async () => {
  await pb.collections.create({
    name: 'seats', type: 'base', fields: [{ name: 'row', type: 'text' }, { name: 'place', type: 'number' }, { name: 'code', type: 'text' }],
  })
  const { page, complaints, close } = await dashboard.open('#/collections/seats/settings/indexes')
  const field = page.getByLabel('Field of the new index')
  for (const name of ['row', 'code', 'place']) await field.selectOption(name)
  await press(page, 'Without code')
  await page.getByLabel('Unique').check()
  await press(page, 'Add index')
  await page.getByText('Unique: row, then place').waitFor()
  await field.selectOption('code')
  await page.getByLabel('Unique').check()
  await press(page, 'Add index')
  await field.selectOption('row')
  await field.selectOption('place')
  await picture(page, 'collection-indexes')
  await assertAccessible(page)
  await press(page, 'Save')
  await page.getByText('seats is saved').waitFor()
  assert.equal((await pb.collections.getOne('seats')).indexes.length, 2)
  await page.getByRole('tab', { name: 'Fields' }).click()
  await page.getByText('Text, unique', { exact: true }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('the names in the query of a view are put in by a click', async () => {
  const { page, close } = await dashboard.open('#/new-collection?type=view')
  await page.getByLabel('Fields of which collection').selectOption('users')
  await press(page, 'name')
  const query = page.getByLabel(/^A SELECT/)
  // The editor has lines of text, and no value.
  await settles(() => query.innerText(), 'SELECT id, name FROM users')
  await query.press('End')
  await query.pressSequentially(' WHERE ')
  await press(page, 'verified')
  await settles(() => query.innerText(), 'SELECT id, name FROM users WHERE users.verified')
  await page.getByText('It finds nothing yet.').waitFor()
  await picture(page, 'collection-view-sources')
  await assertAccessible(page)
  await close()
})

test('a collection is emptied and deleted only by who types its name', async () => {
  await pb.collections.create({ name: 'gone', type: 'base', fields: [{ name: 'title', type: 'text' }] })
  await pb.collection('gone').create({ title: 'one' })
  const { page, close } = await dashboard.open('#/collections/gone/settings/danger')
  await press(page, 'Empty…')
  await page.getByLabel('Confirmation').fill('EMPTY something')
  await hasAttribute(page.getByRole('button', { name: 'Empty', exact: true }), 'aria-disabled', 'true')
  await page.getByLabel('Confirmation').fill('EMPTY gone')
  await press(page, 'Empty')
  await page.getByText('There are no records yet.').waitFor()
  await page.goto(`${dashboard.server.url}/_/#/collections/gone/settings/danger`)
  await press(page, 'Delete…')
  await picture(page, 'collection-delete')
  await page.getByLabel('Confirmation').fill('DELETE gone')
  await press(page, 'Delete')
  await heading(page, 'Home')
  await assert.rejects(pb.collections.getOne('gone'), (error) => error.status === 404)
  await close()
})

test('on a phone a collection is edited without scrolling sideways', async () => {
  const { page, close } = await dashboard.open('#/collections/users/settings/fields', { viewport: PHONE })
  await page.getByLabel('Name of the field email', { exact: true }).waitFor()
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  assert.equal(sideways, false)
  await assertAccessible(page)
  await close()
})
