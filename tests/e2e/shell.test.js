// What lies around every page: the sidebar, the palette, keys.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { PASSWORD } from '../sdk/support/server.js'
import { startDashboard } from './support/dashboard.js'
import { hasCount, hasValue, settles } from './support/settles.js'

let dashboard
let pb
let film
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
  await pb.collections.create({ name: 'films', type: 'base', fields: [{ name: 'title', type: 'text' }] })
  await pb.collections.create({ name: 'guest_book', type: 'base', createRule: '', deleteRule: '' })
  film = await pb.collection('films').create({ title: 'Metropolis' })
})
after(async () => { await dashboard?.stop() })

const heading = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor()
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

test('the palette goes to collections, pages and records, and does things', async () => {
  const { page, complaints, close } = await dashboard.open('#/')
  await heading(page, 'Home')
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('combobox', { name: 'Collection, page, action or id of a record' })
  await palette.waitFor()
  await palette.fill('film')
  await picture(page, 'palette')
  await assertAccessible(page)
  await palette.press('Enter')
  await heading(page, 'films')

  await page.keyboard.press('Control+k')
  await palette.fill(film.id)
  await page.getByRole('option', { name: `${film.id} Record of films` }).waitFor()
  await palette.press('Enter')
  await page.waitForURL(new RegExp(film.id))

  await page.goto(`${dashboard.server.url}/_/#/`)
  await press(page, 'Search')
  await palette.fill('dark')
  await palette.press('Enter')
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark')
  await page.keyboard.press('Control+k')
  await palette.fill('zzz')
  await page.getByText('Nothing is called so.').waitFor()
  await page.keyboard.press('Escape')
  await palette.waitFor({ state: 'detached' })
  assert.deepEqual(complaints, [])
  await close()
})

test('what is typed before the palette is there is in it', async () => {
  const { page, complaints, close } = await dashboard.open('#/')
  let go
  const held = new Promise((resolve) => (go = resolve))
  await page.route(/\/assets\/Palette-[^/]+\.js$/, async (route) => {
    await held
    await route.continue()
  })
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('scheduxx')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Backspace')
  go()
  const palette = page.getByRole('combobox', { name: 'Collection, page, action or id of a record' })
  await hasValue(palette, 'schedu')
  await palette.press('Enter')
  await page.getByRole('heading', { name: 'Schedules' }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('letters go to pages, are listed, and can be turned off', async () => {
  const { page, close } = await dashboard.open('#/')
  await heading(page, 'Home')
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await heading(page, 'Application')
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await heading(page, 'Home')
  await page.keyboard.press('?')
  await heading(page, 'Keys')
  await picture(page, 'keys')
  await assertAccessible(page)
  await page.getByRole('switch', { name: 'Single-letter keys' }).click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await page.waitForTimeout(100)
  assert.match(page.url(), /#\/$/)
  await close()
})

test('the sidebar becomes narrow, keeps collections on top, and marks what everyone may write', async () => {
  const { page, complaints, close } = await dashboard.open('#/')
  await page.getByRole('link', { name: /^guest_book.*everyone may create and delete its records/ }).waitFor()
  await press(page, 'Keep users on top')
  const names = () => page.getByRole('navigation').getByRole('link').evaluateAll((links) => links.map(({ textContent }) => textContent.trim().split(/\s/)[0]))
  assert.deepEqual((await names()).slice(2, 5), ['users', 'films', 'guest_book'])
  await page.reload()
  await page.getByRole('button', { name: 'Keep users on top', pressed: true }).waitFor()
  await picture(page, 'sidebar')
  await assertAccessible(page)
  await press(page, 'Narrow the sidebar')
  assert.equal((await page.getByRole('navigation').boundingBox()).width, 56)
  await page.reload()
  await page.getByRole('navigation').getByRole('link', { name: 'films', exact: true }).click()
  await heading(page, 'films')
  await picture(page, 'sidebar-narrow')
  await assertAccessible(page)
  await page.setViewportSize(PHONE)
  await press(page, 'Menu')
  await press(page, 'Search')
  await page.getByRole('combobox', { name: /^Collection, page/ }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('pages begin at the same place', async () => {
  const { page, complaints, close } = await dashboard.open('#/')
  await heading(page, 'Home')
  const place = async () => {
    const { x, y } = await page.locator('h1').boundingBox()
    return [Math.round(x), Math.round(y)]
  }
  const home = await place()
  const pages = {
    application: 'Application', mail: 'Mail', storage: 'Storage', limits: 'Limits', superusers: 'Superusers', backups: 'Backups',
    crons: 'Schedules', 'export-collections': 'Export collections', 'import-collections': 'Import collections',
  }
  for (const [section, name] of Object.entries(pages)) {
    await page.goto(`${dashboard.server.url}/_/#/settings/${section}`)
    await heading(page, name)
    await settles(place, home, name)
  }
  assert.deepEqual(complaints, [])
  await close()
})

test('signing out asks for what was typed, and leaves what was typed in another window', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/films/settings/fields')
  const other = await page.context().newPage()
  await other.goto(`${dashboard.server.url}/_/#/`)
  await heading(other, 'Home')
  await page.getByLabel('Name of the field title').fill('name')
  await press(page, 'Sign out')
  await heading(page, 'Leave without saving?')
  await press(page, 'Stay')
  await press(other, 'Sign out')
  await heading(other, 'Sign in')
  await heading(page, 'Your session ended')
  await page.getByRole('dialog').getByLabel('Password').fill(PASSWORD)
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in', exact: true }).click()
  await hasCount(page.getByRole('dialog'), 0)
  // An input is called by what is in it.
  await hasValue(page.getByLabel('Name of the field name'), 'name')
  assert.deepEqual(complaints, [])
  await close()
})
