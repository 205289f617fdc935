// What the collection editor tells before it saves, how fields are added at once, and what one begins with.

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
})
after(async () => { await dashboard?.stop() })

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const dialog = (page) => page.getByRole('dialog')
const heading = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor()

/** The names and types of the fields of a collection, without those that all have. */
async function fieldsOf(name) {
  const { fields } = await pb.collections.getOne(name)
  return fields.filter((field) => !['id', 'created', 'updated'].includes(field.name)).map((field) => `${field.name} ${field.type}`)
}

/** Pastes a text into an input, as the clipboard would. */
const paste = (locator, text) =>
  locator.evaluate((input, pasted) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', pasted)
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, text)

test('the foot tells how many records lose something, before anybody saves', async () => {
  await pb.collections.create({ name: 'letters', type: 'base', fields: [{ name: 'body', type: 'text' }, { name: 'note', type: 'text' }] })
  for (const body of ['a', 'b', '']) await pb.collection('letters').create({ body })
  const { page, complaints, close } = await dashboard.open('#/collections/letters/settings/fields')
  await press(page, 'Remove body')
  await press(page, 'Remove note')
  await page.getByText('Saving drops body of 2 records; removes note, which is empty.').waitFor()
  await press(page, 'What happens')
  await dialog(page).getByText('The SQL', { exact: true }).click()
  await dialog(page).getByRole('region', { name: 'The SQL' }).getByText(/^CREATE TABLE|ALTER TABLE/).waitFor()
  await picture(page, 'collection-plan-sql')
  await assertAccessible(page)
  await hasAttribute(dialog(page).getByRole('button', { name: 'Drop and save' }), 'aria-disabled', 'true')
  await press(page, 'Cancel')
  await press(page, 'Keep body')
  await page.getByText('Saving removes note, which is empty.').waitFor()
  await press(page, 'Save')
  await press(page, 'Save so')
  await page.getByText('letters is saved').waitFor()
  assert.deepEqual(await fieldsOf('letters'), ['body text'])
  assert.deepEqual(complaints, [])
  await close()
})

test('records that a new limit would not let in are told, and stay', async () => {
  await pb.collections.create({ name: 'limits', type: 'base', fields: [{ name: 'title', type: 'text' }] })
  const long = await pb.collection('limits').create({ title: 'much too long' })
  await pb.collection('limits').create({ title: 'short' })
  const { page, close } = await dashboard.open('#/collections/limits/settings/fields')
  await press(page, 'Options of title')
  await page.getByLabel('Most characters').fill('6')
  await press(page, 'Save')
  await dialog(page).getByText('changes title (the upper limit), which 1 record does not fit any more').waitFor()
  await dialog(page).getByText(long.id).waitFor()
  await dialog(page).getByText(/keep their values/).waitFor()
  await picture(page, 'collection-plan-limit')
  await assertAccessible(page)
  await press(page, 'Save so')
  await page.getByText('limits is saved').waitFor()
  assert.equal((await pb.collection('limits').getOne(long.id)).title, 'much too long')
  await close()
})

test('a unique index that records are in the way of cannot be saved', async () => {
  await pb.collections.create({ name: 'doubles', type: 'base', fields: [{ name: 'code', type: 'text' }] })
  for (const code of ['a', 'a', 'b']) await pb.collection('doubles').create({ code })
  const { page, close } = await dashboard.open('#/collections/doubles/settings/indexes')
  await page.getByLabel('Field of the new index').selectOption('code')
  await page.getByLabel('Unique').check()
  await press(page, 'Add index')
  await press(page, 'Save')
  await dialog(page).getByText(/cannot make the index .*: 2 records have the same there/).waitFor()
  await hasAttribute(dialog(page).getByRole('button', { name: 'Save so' }), 'aria-disabled', 'true')
  await assertAccessible(page)
  await close()
})

test('the queries of views follow a renamed field, and give the same fields as before', async () => {
  await pb.collections.create({ name: 'papers', type: 'base', fields: [{ name: 'title', type: 'text' }] })
  await pb.collections.create({ name: 'heads', type: 'view', viewQuery: 'SELECT id, title FROM papers' })
  await pb.collection('papers').create({ title: 'one' })
  const { page, complaints, close } = await dashboard.open('#/collections/papers/settings/fields')
  await page.getByLabel('Name of the field title').fill('label')
  await press(page, 'Save')
  await dialog(page).getByText('the query of heads').waitFor()
  await picture(page, 'collection-plan-views')
  await assertAccessible(page)
  await press(page, 'Save so')
  await page.getByText('papers is saved').waitFor()
  const query = async () => (await pb.collections.getOne('heads')).viewQuery.replaceAll('"', '')
  await settles(query, 'SELECT id, label AS title FROM papers')
  assert.equal((await pb.collection('heads').getFullList())[0].title, 'one')
  assert.deepEqual(complaints, [])
  await close()
})

test('a list of names or a record as JSON makes fields at once, and they can be taken back', async () => {
  const { page, complaints, close } = await dashboard.open('#/new-collection')
  await page.getByLabel('Name', { exact: true }).fill('pasted')
  const input = page.getByLabel('Name of a new field')
  await paste(input, 'title\nemail\nis_open')
  await page.getByText('3 fields added.').waitFor()
  await paste(input, '{"title": "again", "count": 3, "place": {"lon": 1, "lat": 2}, "user": "abc"}')
  await page.getByText('3 fields added; one is there already.').waitFor()
  await picture(page, 'collection-pasted')
  await assertAccessible(page)
  await press(page, 'Take them back')
  await page.getByText('3 fields taken back.').waitFor()
  await paste(input, '[{"size": 3}, {"tags": ["a"]}]')
  await press(page, 'Create')
  await heading(page, 'pasted')
  assert.deepEqual(await fieldsOf('pasted'), ['title text', 'email email', 'is_open bool', 'size number', 'tags json'])
  assert.deepEqual(complaints, [])
  await close()
})

test('a type is typed behind the name of a field', async () => {
  const { page, close } = await dashboard.open('#/new-collection')
  await page.getByLabel('Name', { exact: true }).fill('typed')
  for (const text of ['amount_due:num', 'owner:users', 'plain']) {
    await page.getByLabel('Name of a new field').fill(text)
    await page.keyboard.press('Enter')
  }
  await page.keyboard.press('Control+s')
  await heading(page, 'typed')
  assert.deepEqual(await fieldsOf('typed'), ['amount_due number', 'owner relation', 'plain text'])
  await close()
})

test('fields are drawn to their place by mouse and by finger', async () => {
  await pb.collections.create({
    name: 'ordered', type: 'base', fields: ['one', 'two', 'three'].map((name) => ({ name, type: 'text' })),
  })
  const { page, complaints, close } = await dashboard.open('#/collections/ordered/settings/fields')
  const grip = (name) => page.getByRole('button', { name: new RegExp(`^Move ${name}`) })
  const middle = async (locator) => {
    const { x, y, width, height } = await locator.boundingBox()
    return { x: x + width / 2, y: y + height / 2 }
  }
  const names = () => page.getByLabel(/^Name of the field/).evaluateAll((inputs) => inputs.map(({ value }) => value))
  await grip('three').waitFor()
  const [from, to] = [await middle(grip('three')), await middle(grip('one'))]
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x, to.y - 4, { steps: 8 })
  await page.mouse.up()
  await settles(names, ['id', 'three', 'one', 'two'])
  const touch = await page.context().newCDPSession(page)
  const finger = (type, points) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: points })
  const [start, end] = [await middle(grip('three')), await middle(grip('two'))]
  await finger('touchStart', [start])
  for (let step = 1; step <= 8; step += 1) {
    await finger('touchMove', [{ x: start.x, y: start.y + ((end.y + 4 - start.y) * step) / 8 }])
  }
  await finger('touchEnd', [])
  await settles(names, ['id', 'one', 'two', 'three'])
  assert.deepEqual(complaints, [])
  await close()
})

test('each template makes collections that the server takes', async () => {
  const { page, complaints, close } = await dashboard.open('#/new-collection')
  const templates = page.getByRole('region', { name: 'Or begin with' })
  await templates.waitFor()
  await picture(page, 'collection-templates')
  await assertAccessible(page)
  const labels = await templates.getByRole('button').allTextContents()
  for (const label of labels.map((text) => text.trim())) {
    await page.goto(`${dashboard.server.url}/_/#/new-collection`)
    await templates.getByRole('button', { name: label, exact: true }).click()
    await heading(page, label)
    await picture(page, `collection-template-${label.split(' ')[0].toLowerCase()}`)
    await assertAccessible(page)
    await dialog(page).getByRole('button', { name: /^Make \d/ }).click()
    await page.getByText(/ (is|are) made$/).first().waitFor()
    await hasCount(page.getByRole('dialog'), 0)
  }
  const posts = await pb.collections.getOne('posts')
  const authors = await pb.collections.getOne('authors')
  assert.equal(posts.fields.find(({ name }) => name === 'author').collectionId, authors.id)
  assert.equal((await pb.collections.getOne('organisations')).indexes.length, 1)
  await page.goto(`${dashboard.server.url}/_/#/new-collection`)
  await templates.getByRole('button', { name: 'Tasks', exact: true }).click()
  await dialog(page).getByText('There is a collection tasks already.').waitFor()
  await hasAttribute(dialog(page).getByRole('button', { name: 'Make 1 collection' }), 'aria-disabled', 'true')
  assert.deepEqual(complaints, [])
  await close()
})

test('who owns a record of a template changes it whole, and hands it to nobody', async () => {
  const account = (name) => pb.collection('users').create({ email: `${name}@example.com`, password: 'a long password', passwordConfirm: 'a long password' })
  const [ann, ben] = [await account('ann'), await account('ben')]
  const client = dashboard.server.guest()
  await client.collection('users').authWithPassword('ann@example.com', 'a long password')
  const tasks = client.collection('tasks')
  const task = await tasks.create({ title: 'Paint the shed', owner: ann.id })
  // Forms send all that they show.
  assert.equal((await tasks.update(task.id, { ...task, title: 'Paint the boat' })).title, 'Paint the boat')
  await assert.rejects(tasks.update(task.id, { owner: ben.id }), (error) => error.status === 404)
  const author = await client.collection('authors').create({ name: 'Ann', account: ann.id })
  assert.equal((await client.collection('authors').update(author.id, { name: 'Ann O.', account: ann.id })).name, 'Ann O.')
  const post = await client.collection('posts').create({ title: 'One', slug: 'one', status: 'draft', author: author.id })
  assert.equal((await client.collection('posts').update(post.id, { status: 'published', author: author.id })).status, 'published')
  const other = await pb.collection('authors').create({ name: 'Ben', account: ben.id })
  await assert.rejects(client.collection('posts').update(post.id, { author: other.id }), (error) => error.status === 404)
})

test('a new collection is told with its SQL before it is made, and what is wrong with it beside its fields', async () => {
  const { page, complaints, close } = await dashboard.open('#/new-collection')
  const fields = page.getByLabel('Name of a new field')
  await page.getByLabel('Name', { exact: true }).fill('users')
  for (const name of ['title', 'price']) {
    await fields.fill(name)
    await fields.press('Enter')
  }
  await press(page, 'What happens')
  await page.getByLabel('Name', { exact: true }).and(page.locator('[aria-invalid]')).waitFor()
  await page.getByText(/must be unique/).waitFor()
  await page.getByLabel('Name', { exact: true }).fill('goods')
  await press(page, 'What happens')
  await dialog(page).getByText('adds price (Number)').waitFor()
  await dialog(page).getByText('The SQL', { exact: true }).click()
  await dialog(page).getByRole('region', { name: 'The SQL' }).getByText(/CREATE TABLE/).waitFor()
  await picture(page, 'collection-plan-new')
  await assertAccessible(page)
  await press(page, 'Make it')
  await heading(page, 'goods')
  assert.deepEqual(await fieldsOf('goods'), ['title text', 'price number'])
  assert.deepEqual(complaints, [])
  await close()
})

test('the layout of a new collection stays where it is, and another type keeps what was typed', async () => {
  const { page, complaints, close } = await dashboard.open('#/new-collection')
  const top = async () => (await page.getByLabel('Name of a new field').boundingBox()).y
  await page.getByLabel('Name of a new field').waitFor()
  const before = await top()
  await page.getByLabel('Name', { exact: true }).fill('people')
  assert.equal(await top(), before)
  await page.getByLabel('Name of a new field').fill('nickname')
  await page.getByLabel('Name of a new field').press('Enter')
  await page.getByRole('group', { name: 'Type' }).getByText('Auth', { exact: true }).click()
  await page.getByRole('tab', { name: 'Sign-in' }).waitFor()
  await hasValue(page.getByLabel('Name', { exact: true }), 'people')
  await page.getByLabel('Name of the field nickname', { exact: true }).waitFor()
  await page.getByRole('group', { name: 'Type' }).getByText('Base', { exact: true }).click()
  await page.getByRole('tab', { name: 'Sign-in' }).waitFor({ state: 'detached' })
  await hasCount(page.getByLabel('Name of the field nickname', { exact: true }), 1)
  await hasCount(page.getByLabel('Name of the field password', { exact: true }), 0)
  await press(page, 'Create')
  await heading(page, 'people')
  assert.deepEqual(await fieldsOf('people'), ['nickname text'])
  assert.deepEqual(complaints, [])
  await close()
})

test('on a phone the plan and the templates need no scrolling sideways', async () => {
  await pb.collections.create({ name: 'small', type: 'base', fields: [{ name: 'body', type: 'text' }] })
  await pb.collection('small').create({ body: 'a' })
  const { page, close } = await dashboard.open('#/collections/small/settings/fields', { viewport: PHONE })
  const sideways = () => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  await press(page, 'Remove body')
  await press(page, 'Save')
  await dialog(page).getByText('drops body of 1 record').waitFor()
  await picture(page, 'collection-plan-phone')
  assert.equal(await sideways(), false)
  await assertAccessible(page)
  await press(page, 'Cancel')
  await press(page, 'Keep body')
  await page.goto(`${dashboard.server.url}/_/#/new-collection`)
  await page.getByRole('region', { name: 'Or begin with' }).waitFor()
  await picture(page, 'collection-new-phone')
  assert.equal(await sideways(), false)
  await assertAccessible(page)
  await close()
})

test('what somebody else saved meanwhile is not taken back', async () => {
  const notes = await pb.collections.create({ name: 'shared_notes', type: 'base', deleteRule: '', fields: [{ name: 'text', type: 'text' }] })
  const { page, complaints, close } = await dashboard.open('#/collections/shared_notes/settings/fields')
  await page.getByLabel('Name of the field text').fill('body')
  await pb.collections.update(notes.id, { deleteRule: null, fields: [...notes.fields, { name: 'theirs', type: 'text' }] })
  await press(page, 'Save')
  await page.getByText('Someone else saved this collection since you opened it').waitFor()
  assert.deepEqual(await fieldsOf('shared_notes'), ['text text', 'theirs text'])
  await press(page, 'Discard')
  await hasValue(page.getByLabel('Name of the field theirs'), 'theirs')
  await page.getByLabel('Name of the field text').fill('body')
  await press(page, 'Save')
  await page.getByText('shared_notes is saved').waitFor()
  assert.deepEqual(await fieldsOf('shared_notes'), ['body text', 'theirs text'])
  assert.equal((await pb.collections.getOne('shared_notes')).deleteRule, null)
  assert.deepEqual(complaints, [])
  await close()
})
