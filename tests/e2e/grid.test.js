// The grid as a tool: columns, selection, live rows, edits in place, the filter bar.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'

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
  assert.equal(await menu.count(), 0)
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
