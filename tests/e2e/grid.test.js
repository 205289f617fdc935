// The grid as a tool: columns, selection, live rows, edits in place, the filter bar.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { DESK, PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasCount, hasValue, settles } from './support/settles.js'

const FILMS = new URL('../data/films.jsonl', import.meta.url).pathname

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard({ prepare: [['import', 'json', FILMS, '--collection', 'films']] })
  pb = await dashboard.server.superuser()
})
after(async () => { await dashboard?.stop() })

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const grid = (page) => page.getByRole('grid')
const cell = (page, text) => grid(page).getByRole('gridcell', { name: text, exact: true }).first()
const heads = async (page) => (await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim()).filter(Boolean)

test('columns are hidden, ordered and sized by keys, and are so the next time', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/films')
  await cell(page, 'After Dark in Central Park').waitFor()
  assert.deepEqual((await heads(page)).slice(0, 3), ['id', 'title', 'year'])
  await press(page, 'Columns')
  const menu = page.getByRole('dialog', { name: 'Columns' })
  await menu.getByRole('checkbox', { name: 'id', exact: true }).press('Space')
  await menu.getByRole('button', { name: 'Move title back' }).press('Enter')
  const width = menu.getByLabel('Width of title in pixels')
  await width.fill('320')
  await width.press('Enter')
  await menu.getByText('Compact').click()
  await picture(page, 'grid-columns')
  await assertAccessible(page)
  await page.keyboard.press('Escape')
  await hasCount(menu, 0)
  assert.deepEqual((await heads(page)).slice(0, 2), ['year', 'title'])
  await page.reload()
  await cell(page, 'After Dark in Central Park').waitFor()
  assert.deepEqual((await heads(page)).slice(0, 2), ['year', 'title'])
  const box = await page.getByRole('columnheader', { name: 'title' }).boundingBox()
  assert.equal(Math.round(box.width), 320)
  assert.equal(Math.round((await cell(page, 'After Dark in Central Park').boundingBox()).height), 27)
  await press(page, 'Columns')
  await menu.getByText('Roomy').click()
  await press(page, 'Reset columns')
  assert.deepEqual((await heads(page)).slice(0, 3), ['id', 'title', 'year'])
  assert.deepEqual(complaints, [])
  await close()
})

test('records are selected singly, in a range and all that match, and taken along as ids and as files', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/films')
  await cell(page, 'After Dark in Central Park').waitFor()
  const boxes = grid(page).getByRole('checkbox', { name: /^Select \w{15}$/ })
  await boxes.nth(1).click()
  await boxes.nth(4).click({ modifiers: ['Shift'] })
  await page.getByText('4 selected').waitFor()
  await boxes.nth(2).click()
  await page.getByText('3 selected').waitFor()
  await picture(page, 'grid-bulk')
  await assertAccessible(page)

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await press(page, 'Copy ids')
  await page.getByText('3 ids copied').waitFor()
  const copied = (await page.evaluate(() => navigator.clipboard.readText())).split('\n')
  const { items } = await pb.collection('films').getList(1, 5)
  assert.deepEqual(copied, [items[1].id, items[3].id, items[4].id])

  await press(page, 'Export the selected')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('JSON lines').click()
  await picture(page, 'grid-export')
  await assertAccessible(page)
  let [file] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Export', exact: true }).click()])
  assert.equal(file.suggestedFilename(), 'films.jsonl')
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n').map((line) => JSON.parse(line))
  assert.deepEqual(lines.map(({ id }) => id).sort(), copied.sort())

  // All that match the filter, but for one.
  await page.getByLabel('Filter', { exact: true }).fill('year < 1920')
  await page.keyboard.press('Enter')
  const { totalItems } = await pb.collection('films').getList(1, 1, { filter: 'year < 1920' })
  await page.getByText(`${totalItems} records`, { exact: true }).waitFor()
  await grid(page).focus()
  await page.keyboard.press('Control+a')
  await page.getByText(`${totalItems} selected`).waitFor()
  await page.keyboard.press(' ')
  await page.getByText(`${totalItems - 1} selected`).waitFor()
  await press(page, 'Export the selected')
  ;[file] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Export', exact: true }).click()])
  const csv = await readFile(await file.path(), 'utf8')
  assert.ok(csv.startsWith('id,'), csv.slice(0, 40))
  assert.equal(csv.split('\n').some((line) => line.startsWith(items[0].id)), false)
  assert.equal(csv.split('\n').some((line) => line.startsWith(items[1].id)), true)
  await press(page, 'Select nothing')
  await hasCount(page.getByRole('toolbar'), 0)
  assert.deepEqual(complaints, [])
  await close()
})

test('many are deleted in batches, which rest, go on and tell what stayed', async () => {
  await pb.collections.create({ name: 'parents', type: 'base', fields: [{ name: 'number', type: 'number' }] })
  const parents = await pb.collections.getOne('parents')
  await pb.collections.create({
    name: 'children', type: 'base',
    fields: [{ name: 'parent', type: 'relation', collectionId: parents.id, required: true }],
  })
  const made = []
  for (let number = 0; number < 130; number += 1) made.push(pb.collection('parents').create({ number }, { requestKey: null }))
  const rows = await Promise.all(made)
  // Those that a required relation holds.
  const children = []
  for (const { id } of rows.slice(7, 13)) children.push(await pb.collection('children').create({ parent: id }))

  const { page, complaints, close } = await dashboard.open('#/collections/parents?filter=number%20%3C%20120')
  await page.getByText('120 records').waitFor()
  await page.getByRole('checkbox', { name: 'Select all' }).click()
  await page.getByText('120 selected').waitFor()
  await press(page, 'Delete the selected')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('heading', { name: 'Delete 120 records?' }).waitFor()
  await picture(page, 'grid-delete')
  let held = []
  let slow = true
  await page.route('**/api/collections/parents/records/*', async (route) => {
    if (slow && route.request().method() === 'DELETE') await new Promise((resolve) => held.push(resolve))
    await route.continue()
  })
  await dialog.getByRole('button', { name: 'Delete 120 records' }).click()
  await dialog.getByRole('button', { name: 'Pause' }).click()
  slow = false
  for (const go of held) go()
  await dialog.getByText(/It rests/).waitFor()
  await page.waitForFunction(() => document.querySelector('progress')?.value === 50)
  await picture(page, 'grid-deleting')
  await assertAccessible(page)
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await dialog.getByText('114 of 120 records deleted, 6 could not be').waitFor()
  await dialog.getByText(/required relation/).first().waitFor()
  await picture(page, 'grid-delete-report')
  await assertAccessible(page)
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  // Those that stayed are selected still.
  await page.getByText('6 selected').waitFor()
  assert.equal((await pb.collection('parents').getList(1, 1)).totalItems, 16)

  // With batches it is one request for fifty.
  await pb.settings.update({ batch: { enabled: true, maxRequests: 50, timeout: 3 } })
  for (const { id } of children) await pb.collection('children').delete(id)
  const batch = page.waitForRequest((request) => request.url().endsWith('/api/batch'))
  await grid(page).focus()
  await page.keyboard.press('Delete')
  await dialog.getByRole('button', { name: 'Delete 6 records' }).click()
  await batch
  await page.getByText('6 records deleted').waitFor()
  await page.getByText('No record matches the filter.').waitFor()
  assert.equal((await pb.collection('parents').getList(1, 1)).totalItems, 10)
  await pb.settings.update({ batch: { enabled: false } })
  assert.deepEqual(complaints, [])
  await close()
})

test('what others change shows by itself, and nothing moves that one reads', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/films?filter=year%20%3E%201900')
  await cell(page, 'English Barnyard Scene').waitFor()
  await page.getByRole('img', { name: /^Live/ }).waitFor()
  const { items: [first, second] } = await pb.collection('films').getList(1, 2, { filter: 'year > 1900' })
  const place = async (text) => Math.round((await cell(page, text).boundingBox()).y)
  const before = await place('English Barnyard Scene')
  await pb.collection('films').update(first.id, { title: 'Changed elsewhere' })
  await cell(page, 'Changed elsewhere').waitFor()
  assert.ok(await grid(page).locator('.lit').count())
  await pb.collection('films').delete(second.id)
  await grid(page).getByTitle('This record was deleted').waitFor()
  await pb.collection('films').create({ title: 'Does not match', year: 1800 })
  await pb.collection('films').create({ title: 'Newer than new', year: 2030 })
  await pb.collection('films').create({ title: 'Newest of all', year: 2031 })
  await page.getByRole('button', { name: '2 new' }).waitFor()
  assert.equal(await place('English Barnyard Scene'), before)
  await picture(page, 'grid-live')
  await assertAccessible(page)
  await press(page, '2 new')
  await page.getByRole('button', { name: '2 new' }).waitFor({ state: 'detached' })
  await hasCount(page.getByTitle('This record was deleted'), 0)
  const { totalItems } = await pb.collection('films').getList(1, 1, { filter: 'year > 1900' })
  await page.getByText(`${totalItems} records`, { exact: true }).or(page.getByText(`${totalItems.toLocaleString('en')} records`, { exact: true })).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('where the stream breaks, one is told, and asked to load what was missed', async () => {
  const { page, close } = await dashboard.open('#/collections/films')
  await page.getByRole('img', { name: /^Live/ }).waitFor()
  await dashboard.server.restart(async () => {
    await page.getByRole('img', { name: /^Not live/ }).waitFor()
    await picture(page, 'grid-stream-lost')
  })
  await page.getByRole('img', { name: /^Live/ }).waitFor()
  await press(page, 'Load what was missed')
  await page.getByRole('button', { name: 'Load what was missed' }).waitFor({ state: 'detached' })
  await close()
})

test('on a phone records are cards: read, selected, opened', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/films?sort=-year', { viewport: PHONE, hasTouch: true })
  const { items } = await pb.collection('films').getList(1, 12, { sort: '-year' })
  await page.getByRole('link', { name: items[0].title, exact: true }).waitFor()
  const card = page.getByRole('listitem').filter({ hasText: items[1].title }).first()
  assert.ok((await card.boundingBox()).height <= 92)
  await card.getByRole('checkbox').check()
  await page.getByText('1 selected').waitFor()
  await picture(page, 'cards')
  await assertAccessible(page)
  const region = page.getByRole('region', { name: 'Records of films' })
  await region.evaluate((element) => (element.scrollTop = element.scrollHeight))
  await page.locator('li[aria-posinset="1000"] a').waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth), false)
  await region.evaluate((element) => (element.scrollTop = 0))
  await page.getByRole('link', { name: items[2].title, exact: true }).first().click()
  await page.getByRole('heading', { name: items[2].title, exact: true }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

const TASKS = [
  { title: 'Water the plants', points: 3, done: false, state: 'open', labels: ['home'], due: '2024-05-01 10:00:00.000Z' },
  { title: 'Call the bank', points: 1, done: true, state: 'closed', labels: [], due: '' },
  { title: 'Write the letter', points: 5, done: false, state: 'open', labels: ['work', 'home'], due: '' },
  { title: 'Mend the bicycle', points: 8, done: false, state: '', labels: [], due: '' },
]

/** Tasks as they were at first; their ids, in order. */
async function resetTasks() {
  if (!(await pb.collections.getFullList()).some(({ name }) => name === 'tasks')) {
    await pb.collections.create({
      name: 'tasks', type: 'base',
      fields: [
        { name: 'title', type: 'text', required: true, max: 30 },
        { name: 'points', type: 'number', max: 10 },
        { name: 'done', type: 'bool' },
        { name: 'state', type: 'select', values: ['open', 'closed'], maxSelect: 1 },
        { name: 'labels', type: 'select', values: ['home', 'work', 'later'], maxSelect: 3 },
        { name: 'due', type: 'date' },
        { name: 'created', type: 'autodate', onCreate: true },
      ],
    })
  }
  await pb.collections.truncate('tasks')
  const ids = []
  for (const task of TASKS) ids.push((await pb.collection('tasks').create(task)).id)
  return ids
}

const task = (id) => pb.collection('tasks').getOne(id)
/** Waits until a record is as it should be. */
async function becomes(id, field, value) {
  for (let times = 0; ; times += 1) {
    const now = (await task(id))[field]
    try {
      return assert.deepEqual(now, value)
    } catch (error) {
      if (times > 40) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

test('values are typed in their cells, saved at once, and taken back', async () => {
  const [first, second] = await resetTasks()
  const { page, complaints, close } = await dashboard.open('#/collections/tasks')
  await cell(page, 'Water the plants').waitFor()
  await grid(page).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const editor = page.getByLabel(`title of ${first}`)
  await editor.fill('Not to be kept')
  await page.keyboard.press('Escape')
  await cell(page, 'Water the plants').waitFor()
  await page.keyboard.press('F2')
  await editor.fill('Water the garden')
  await picture(page, 'grid-edit', [DESK])
  await assertAccessible(page)
  await page.keyboard.press('Tab')
  await becomes(first, 'title', 'Water the garden')
  // Tab went on to the number.
  await page.getByLabel(`points of ${first}`).fill('many')
  await page.keyboard.press('Enter')
  await page.getByText('This is no number.').waitFor()
  await page.getByLabel(`points of ${first}`).fill('12')
  await page.keyboard.press('Enter')
  // The server has the last word; it stands at the cell.
  await page.getByRole('alert').filter({ hasText: /10/ }).waitFor()
  await picture(page, 'grid-edit-refused', [DESK])
  await assertAccessible(page)
  assert.equal((await task(first)).points, 3)
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Escape')
  await hasCount(page.getByRole('alert'), 0)
  await cell(page, '3').waitFor()

  // Yes or no changes with the key alone; choices and dates have their lists.
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await becomes(first, 'done', true)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.getByLabel(`state of ${first}`).selectOption('closed')
  await becomes(first, 'state', 'closed')
  await grid(page).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.getByRole('group', { name: `labels of ${first}` }).getByLabel('later').check()
  await picture(page, 'grid-edit-choices', [DESK])
  await page.keyboard.press('Enter')
  await becomes(first, 'labels', ['home', 'later'])
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.getByLabel(`due of ${second}`).fill('2024-06-01T09:30:00')
  await page.keyboard.press('Enter')
  await becomes(second, 'due', new Date(2024, 5, 1, 9, 30).toISOString().replace('T', ' '))

  await page.keyboard.press('Control+z')
  await becomes(second, 'due', '')
  await page.keyboard.press('Control+z')
  await becomes(first, 'labels', ['home'])
  await page.keyboard.press('Control+Shift+z')
  await becomes(first, 'labels', ['home', 'later'])
  // What somebody else wrote meanwhile is not written over.
  await pb.collection('tasks').update(first, { labels: ['work'] })
  await page.getByRole('row').nth(1).getByText('work').waitFor()
  await page.keyboard.press('Control+z')
  await page.getByText(/somebody else changed it since/).waitFor()
  assert.deepEqual((await task(first)).labels, ['work'])
  assert.deepEqual(complaints, [])
  await close()
})

test('what is typed before the input of a cell has come is in it, and without it nothing is lost', async () => {
  const [first] = await resetTasks()
  const opened = await dashboard.open('#/')
  const { page, close } = opened
  let isAway = true
  let letIn
  const held = new Promise((resolve) => { letIn = resolve })
  await page.route('**/assets/CellEditor-*.js', async (route) => {
    if (isAway) return route.abort()
    await held
    await route.continue()
  })
  await page.goto(`${dashboard.server.url}/_/#/collections/tasks`)
  await cell(page, 'Water the plants').waitFor()
  await grid(page).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.getByText('this part of the dashboard is not here yet').waitFor()
  await hasCount(page.getByLabel(`title of ${first}`), 0)

  isAway = false
  await page.keyboard.press('Enter')
  // `o` would open the record, and Del delete it, if the keys were the grid's.
  await page.keyboard.type('Ho')
  await page.keyboard.press('Delete')
  await page.keyboard.type('me:')
  await page.keyboard.press('Backspace')
  letIn()
  await hasValue(page.getByLabel(`title of ${first}`), 'Home')
  await page.keyboard.type(' first')
  await page.keyboard.press('Enter')
  await becomes(first, 'title', 'Home first')
  assert.equal(new URL(page.url()).hash, '#/collections/tasks')
  await close()
})

test('ranges are copied and pasted, with a look at what changes', async () => {
  const ids = await resetTasks()
  const { page, complaints, close } = await dashboard.open('#/collections/tasks')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await cell(page, 'Water the plants').waitFor()
  await grid(page).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowRight')
  await picture(page, 'grid-range', [DESK])
  await page.keyboard.press('Control+c')
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'Water the plants\t3\nCall the bank\t1')

  await page.evaluate(() => navigator.clipboard.writeText('One\t1\tyes\nTwo\ttwo\tno\nThree\t3\tno'))
  await page.keyboard.press('Escape')
  await page.keyboard.press('Home')
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Control+v')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('heading', { name: 'Change 4 values?' }).waitFor()
  await dialog.getByText('Beyond the grid, and left out: 1 line.').waitFor()
  await dialog.getByText('This is no number.').waitFor()
  await picture(page, 'grid-paste', [DESK])
  await assertAccessible(page)
  await dialog.getByRole('button', { name: 'Change 4 values' }).click()
  await page.getByText('4 values changed').waitFor()
  await becomes(ids[2], 'done', true)
  assert.deepEqual(await Promise.all(ids.slice(2).map(async (id) => (await task(id)).title)), ['One', 'Two'])
  assert.equal((await task(ids[3])).points, 8)
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await becomes(ids[3], 'title', 'Mend the bicycle')
  await becomes(ids[2], 'done', false)
  assert.deepEqual(complaints, [])
  await close()
})

test('words are looked for in all texts, what was asked is remembered, and views are kept by name', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/films')
  await cell(page, 'After Dark in Central Park').waitFor()
  const bar = page.getByLabel('Filter', { exact: true })
  await grid(page).focus()
  await page.keyboard.press('/')
  await page.keyboard.type('monkey bicyclist')
  await page.getByText('Words, in all texts').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('1 record', { exact: true }).waitFor()
  await cell(page, 'The Monkey Bicyclist').waitFor()
  assert.match(page.url(), /filter=monkey/)
  await bar.fill('year > 2000 && genres ~ "Drama"')
  await page.getByText('Expression', { exact: true }).waitFor()
  await page.keyboard.press('Enter')
  const { totalItems } = await pb.collection('films').getList(1, 1, { filter: 'year > 2000 && genres ~ "Drama"' })
  await page.getByText(`${totalItems} records`, { exact: true }).waitFor()
  // A wrong one is not remembered.
  await bar.fill('yer > 2000')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  await bar.fill('')
  await page.getByText(/^1,00\d records$/).waitFor()
  await bar.press('ArrowDown')
  await bar.press('ArrowDown')
  const options = page.getByRole('listbox', { name: 'Used before' }).getByRole('option')
  await settles(() => options.allInnerTexts(), ['year > 2000 && genres ~ "Drama"', 'monkey bicyclist'])
  await picture(page, 'grid-history')
  await assertAccessible(page)
  await bar.press('ArrowDown')
  await bar.press('Enter')
  await page.getByText('1 record', { exact: true }).waitFor()

  await bar.fill('year < 1910')
  await page.keyboard.press('Enter')
  await cell(page, 'Antony and Cleopatra').waitFor()
  await page.getByRole('columnheader').getByRole('button', { name: 'title', exact: true }).click()
  await page.waitForURL(/sort=title/)
  await press(page, 'Columns')
  await page.getByRole('checkbox', { name: 'id', exact: true }).uncheck()
  await page.keyboard.press('Escape')
  await press(page, 'Saved views')
  await page.getByLabel('Name of the view').fill('Early ones')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Early ones/ }).waitFor()
  await picture(page, 'grid-views')
  await assertAccessible(page)
  await page.keyboard.press('Escape')
  await press(page, 'Columns')
  await press(page, 'Reset columns')
  await page.keyboard.press('Escape')
  await page.goto(`${dashboard.server.url}/_/#/collections/films`)
  await page.getByText(/^1,00\d records$/).waitFor()
  await press(page, 'Saved views')
  await page.getByRole('button', { name: /^Early ones/ }).click()
  await page.waitForURL(/filter=year.*sort=title/)
  await cell(page, 'Antony and Cleopatra').waitFor()
  // What was changed of its columns and not kept is not lost by leaving it.
  const view = page.getByRole('region', { name: 'View' })
  await view.getByText('changed').waitFor()
  await settles(async () => (await heads(page))[0], 'id')
  await view.getByRole('button', { name: 'Discard' }).click()
  await settles(async () => (await heads(page))[0], 'title')
  await press(page, 'Saved views')
  await press(page, 'Forget Early ones')
  await hasCount(page.getByRole('button', { name: /^Early ones/ }), 0)
  assert.deepEqual(complaints, [])
  await close()
})

test('where counting takes long the rows come anyway, and no answer is told with a way on', async () => {
  const { page, complaints, close } = await dashboard.open('#/')
  let counting
  await page.route(/\/collections\/films\/records\?.*perPage=1(&|$)/, async (route) => {
    if (!route.request().url().includes('skipTotal')) await new Promise((resolve) => (counting = resolve))
    await route.continue()
  })
  await page.getByRole('navigation').getByRole('link', { name: 'films' }).click()
  await page.getByText('≥ 200 records').waitFor()
  await cell(page, 'After Dark in Central Park').waitFor()
  await settles(() => typeof counting, 'function')
  counting()
  await page.getByText(/^1,00\d records$/).waitFor()

  await page.unrouteAll()
  await page.context().setOffline(true)
  await grid(page).evaluate((element) => (element.scrollTop = element.scrollHeight))
  const away = page.getByRole('button', { name: 'Try again' })
  await away.waitFor()
  await picture(page, 'grid-away')
  await assertAccessible(page)
  await page.context().setOffline(false)
  // It tries by itself.
  await hasCount(away, 0)
  await grid(page).getByRole('row').last().getByRole('checkbox').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('nothing, spaces, zero and null look different, and what is cut off is told whole', async () => {
  const long = 'A title of many words that no column is wide enough for, '.repeat(4).trim()
  await pb.collections.create({
    name: 'values', type: 'base',
    fields: [{ name: 'word', type: 'text' }, { name: 'size', type: 'number' }, { name: 'extra', type: 'json' }],
  })
  await pb.collection('values').create({ word: '', size: 0, extra: null })
  await pb.collection('values').create({ word: '  ', size: -12.5, extra: '' })
  await pb.collection('values').create({ word: long, size: 1_000_000, extra: { a: 1 } })
  const { page, complaints, close } = await dashboard.open('#/collections/values')
  await cell(page, long).waitFor()
  const texts = await grid(page).getByRole('row').evaluateAll((rows) =>
    rows.slice(1).map((row) => [...row.children].slice(2, 5).map((one) => one.textContent.trim())))
  assert.deepEqual(texts, [['–', '0', 'null'], ['"  "', '-12.5', '""'], [long, '1,000,000', '{"a":1}']])
  await cell(page, long).hover()
  await settles(() => cell(page, long).getAttribute('title'), long)
  assert.deepEqual(complaints, [])
  await close()
})
