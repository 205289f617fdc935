// One field of many records is changed: of the selected, or of all that match.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { DESK, PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasCount } from './support/settles.js'

const MANY = 2_000

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
  await pb.collections.create({
    name: 'tasks', type: 'base',
    fields: [
      { name: 'title', type: 'text' },
      { name: 'points', type: 'number', max: 10 },
      { name: 'done', type: 'bool' },
      { name: 'state', type: 'select', values: ['open', 'closed'], maxSelect: 1 },
      { name: 'labels', type: 'select', values: ['home', 'work', 'later'], maxSelect: 3 },
      { name: 'due', type: 'date', required: true },
      { name: 'created', type: 'autodate', onCreate: true },
    ],
  })
})
after(async () => { await dashboard?.stop() })

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const total = async (filter) => (await pb.collection('tasks').getList(1, 1, { filter })).totalItems

/** So many tasks that are open and have one point; the last one has nine. */
async function reset(count) {
  await pb.collections.truncate('tasks')
  const lines = Array.from({ length: count }, (_, at) =>
    JSON.stringify({ title: `task ${at}`, points: at === count - 1 ? 9 : 1, state: 'open', labels: ['home'], due: '2024-05-01 10:00:00.000Z' }))
  const answer = await fetch(`${dashboard.server.url}/api/collections/tasks/import`, {
    method: 'POST',
    headers: { Authorization: pb.authStore.token, 'Content-Type': 'application/x-ndjson' },
    body: lines.join('\n'),
  })
  assert.equal(answer.status, 200, await answer.text())
}

async function openTasks(query = '', options = undefined) {
  const opened = await dashboard.open(`#/collections/tasks${query}`, options)
  await opened.page.getByText(/^[\d,]+ records?$/).waitFor()
  return opened
}

async function edit(page, field, deed) {
  await press(page, 'Edit the selected')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Field', { exact: true }).selectOption(field)
  if (deed) await dialog.getByText(deed, { exact: true }).click()
  return dialog
}

test('all that match are changed in batches, which rest and are given up', async () => {
  await reset(MANY)
  await pb.settings.update({ batch: { enabled: true, maxRequests: 50, timeout: 3 } })
  const { page, complaints, close } = await openTasks('?filter=state%20%3D%20%22open%22')
  await page.getByRole('checkbox', { name: 'Select all' }).click()
  await page.getByText('2,000 selected').waitFor()
  const dialog = await edit(page, 'state')
  await dialog.getByText(/There is no undo for it/).waitFor()
  assert.equal(await dialog.getByRole('button', { name: 'Change 2,000 records' }).getAttribute('aria-disabled'), 'true')
  await dialog.getByLabel('Choice: state').selectOption('closed')
  await picture(page, 'bulk-edit')
  await assertAccessible(page)
  let slow = true
  const held = []
  await page.route('**/api/batch', async (route) => {
    if (slow) await new Promise((resolve) => held.push(resolve))
    await route.continue()
  })
  await dialog.getByRole('button', { name: 'Change 2,000 records' }).click()
  await dialog.getByRole('button', { name: 'Pause' }).click()
  slow = false
  for (const go of held) go()
  await dialog.getByText(/^50 of 2,000 records changed.*It rests/).waitFor()
  await picture(page, 'bulk-resting', [DESK])
  await assertAccessible(page)
  assert.equal(await total('state = "closed"'), 50)
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('2,000 records changed', { exact: true }).waitFor()
  // None of them matches any more, though all did when it began.
  await page.getByText('No record matches the filter.').waitFor()
  assert.equal(await total('state = "closed"'), MANY)

  // Given up: what is done stays done.
  await page.goto(`${dashboard.server.url}/_/#/collections/tasks`)
  await page.getByText('2,000 records', { exact: true }).waitFor()
  await page.getByRole('checkbox', { name: 'Select all' }).click()
  await edit(page, 'done')
  slow = true
  await dialog.getByRole('button', { name: 'Change 2,000 records' }).click()
  await dialog.getByText(/^0 of 2,000 records changed/).waitFor()
  await dialog.getByRole('button', { name: 'Give up the rest' }).click()
  slow = false
  for (const go of held) go()
  await dialog.getByRole('heading', { name: 'Changing was given up' }).waitFor()
  await dialog.getByText(/^50 of 2,000 records changed/).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  assert.equal(await total('done = true'), 50)
  assert.deepEqual(complaints, [])
  await close()
})

test('what is refused for one record is told with its reason, and the others are changed', async () => {
  await reset(MANY)
  const { page, complaints, close } = await openTasks()
  await page.getByRole('checkbox', { name: 'Select all' }).click()
  const dialog = await edit(page, 'points', 'Increase by')
  await dialog.getByLabel('How much is added to points').fill('much')
  await dialog.getByText('This is no number.').waitFor()
  await dialog.getByLabel('How much is added to points').fill('5')
  await dialog.getByRole('button', { name: 'Change 2,000 records' }).click()
  await dialog.getByText('1,999 of 2,000 records changed, 1 could not be').waitFor()
  const report = dialog.getByRole('region', { name: 'What could not be changed' })
  const { id } = await pb.collection('tasks').getFirstListItem('points = 9')
  await report.getByText(id).waitFor()
  await report.getByText(/^points: /).waitFor()
  await picture(page, 'bulk-report')
  await assertAccessible(page)
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  // It is selected still.
  await page.getByText('1 selected').waitFor()
  assert.equal(await total('points = 6'), MANY - 1)
  assert.deepEqual(complaints, [])
  await pb.settings.update({ batch: { enabled: false } })
  await close()
})

test('of a list something is added and taken out; what is required is not cleared', async () => {
  await reset(3)
  const { page, complaints, close } = await openTasks()
  await page.getByRole('checkbox', { name: 'Select all' }).click()
  let dialog = await edit(page, 'labels', 'Add')
  await dialog.getByLabel('later').check()
  await dialog.getByRole('button', { name: 'Change 3 records' }).click()
  await page.getByText('3 records changed', { exact: true }).last().waitFor()
  assert.equal(await total('labels:length = 2'), 3)
  await page.getByRole('checkbox', { name: /^Select \w{15}$/ }).first().check()
  dialog = await edit(page, 'labels', 'Take out')
  await dialog.getByLabel('home').check()
  await dialog.getByRole('button', { name: 'Change 1 record' }).click()
  await page.getByText('1 record changed', { exact: true }).waitFor()
  assert.equal(await total('labels:each ?= "home"'), 2)
  await page.getByRole('checkbox', { name: /^Select \w{15}$/ }).first().check()
  dialog = await edit(page, 'due')
  await hasCount(dialog.getByText('Clear', { exact: true }), 0)
  await dialog.getByLabel('Field', { exact: true }).selectOption('title')
  await dialog.getByText('Clear', { exact: true }).click()
  await dialog.getByText('title becomes empty.').waitFor()
  await dialog.getByRole('button', { name: 'Change 1 record' }).click()
  await hasCount(page.getByText('1 record changed', { exact: true }), 2)
  assert.equal(await total('title = ""'), 1)
  // What the server writes is not offered.
  await page.getByRole('checkbox', { name: /^Select \w{15}$/ }).first().check()
  await press(page, 'Edit the selected')
  assert.deepEqual(await dialog.getByLabel('Field', { exact: true }).locator('option').allInnerTexts(),
    ['Choose one', 'title', 'points', 'done', 'state', 'labels', 'due'])
  await page.keyboard.press('Escape')
  await hasCount(dialog, 0)
  assert.deepEqual(complaints, [])
  await close()
})

test('on a phone the selected are changed too', async () => {
  await reset(12)
  const { page, complaints, close } = await openTasks('', { viewport: PHONE, hasTouch: true })
  await page.getByRole('checkbox', { name: /^Select \w{15}$/ }).first().check()
  await page.getByRole('checkbox', { name: /^Select \w{15}$/ }).nth(1).check()
  const dialog = await edit(page, 'done')
  await picture(page, 'bulk-phone', [PHONE])
  await assertAccessible(page)
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth), false)
  await dialog.getByRole('button', { name: 'Change 2 records' }).click()
  await page.getByText('2 records changed', { exact: true }).waitFor()
  assert.equal(await total('done = true'), 2)
  assert.deepEqual(complaints, [])
  await close()
})
