// Every page with real-looking data and with hostile data: nothing to complain of, nothing wider than a phone, nothing that
// axe finds. With TUCKBOX_PICTURES each is pictured too, for those who look.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { EMAIL, PASSWORD } from '../sdk/support/server.js'
import { linkIn, startMail } from '../sdk/support/mail.js'
import { startProcess } from '../sdk/support/process.js'
import { assertAccessible } from './support/accessible.js'
import { DESK, PHONE, openPage, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { settles } from './support/settles.js'
import { EMOJI, HEBREW, LONG, MARKUP, UNBROKEN, fillHostile, fillLibrary } from './support/library.js'

const FILMS = new URL('../data/films.jsonl', import.meta.url).pathname
const isPictured = Boolean(process.env.TUCKBOX_PICTURES)
const WIDE = { width: 1920, height: 1080 }

let dashboard
let mail
let pb
let library
let page
let complaints
let close
before(async () => {
  dashboard = await startDashboard({ prepare: [['import', 'json', FILMS, '--collection', 'films']] })
  pb = await dashboard.server.superuser()
  mail = await startMail()
  await pb.settings.update({ meta: { appURL: dashboard.server.url }, smtp: mail.smtp() })
  library = await fillLibrary(pb, dashboard.server.run)
  ;({ page, complaints, close } = await dashboard.open('#/', { viewport: DESK }))
  page.setDefaultTimeout(20_000)
})
after(async () => {
  await close?.()
  await dashboard?.stop()
  await mail?.stop()
})

const heading = (name, on = page) => on.getByRole('heading', { name, exact: true }).first().waitFor()
const press = (name, on = page) => on.getByRole('button', { name, exact: true }).first().click()
const input = (name) => page.getByLabel(new RegExp(`^\\s*${name}\\b`)).first()
const grid = () => page.getByRole('grid')
const cell = (text) => grid().getByRole('gridcell', { name: text, exact: true }).first()
const records = async (address, first) => {
  await goTo(`#/collections/${address}`)
  await cell(first).waitFor()
}

/** Goes somewhere and leaves what is typed behind. */
async function goTo(address) {
  await page.goto('about:blank')
  await page.goto(`${dashboard.server.url}/_/${address}`)
  await page.locator('#content').waitFor()
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage)) if (key.startsWith('tuckbox_draft')) localStorage.removeItem(key)
  })
}

/** Looks at what is shown as it is, wide and narrow, in the light and in the dark. Where no pictures are taken, axe looks at
 * what no other test shows it (`axe`), in one theme. */
async function look(name, { on = page, sizes = [DESK, PHONE], faint = false, axe = false } = {}) {
  // Rows that are no answer any more are faint, and nobody has to read them.
  const themes = faint ? [] : isPictured ? ['light', 'dark'] : axe ? [sizes.includes(PHONE) ? 'dark' : 'light'] : []
  if (themes.includes('light')) await assertAccessible(on, ['light'])
  if (sizes.includes(PHONE)) {
    await on.setViewportSize(PHONE)
    // Tables and code scroll by themselves; neither the page does nor a form in it.
    const wide = () =>
      on.evaluate(() => [...document.querySelectorAll('html, main, dialog, form')]
        .filter((element) => element.scrollWidth > Math.max(element.clientWidth, 1) + 1 && element.clientWidth > 0)
        .map((element) => `${element.localName}: ${element.scrollWidth} of ${element.clientWidth}`))
    await settles(wide, [], `${name} is wider than a phone`)
    if (themes.includes('dark')) await assertAccessible(on, ['dark'])
    await on.setViewportSize(DESK)
  }
  await picture(on, name, sizes)
}

test.afterEach(() => {
  assert.deepEqual(complaints?.splice(0), [])
})

test('set-up', async () => {
  const server = await startProcess()
  const link = await server.said(/http:\/\/127\.0\.0\.1:\d+\/_\/#\/pbinstall\/[\w.-]+/)
  const opened = await openPage(dashboard.browser, { viewport: DESK })
  await opened.page.goto(link)
  await heading('Create the first superuser', opened.page)
  await look('set-up', { axe: true, on: opened.page })
  await opened.page.getByLabel('E-mail').fill('you@example.com')
  await opened.page.getByLabel('Password', { exact: true }).fill('correct horse')
  await opened.page.getByLabel('Repeat the password').fill('correct horse')
  await press('Create superuser', opened.page)
  await heading('Home', opened.page)
  await look('home-empty', { on: opened.page })
  assert.deepEqual(opened.complaints, [])
  await opened.close()
  await server.stop()
})

test('signing in', async () => {
  // Superusers who have codes are asked for both.
  const codes = (enabled) => pb.collections.update('_superusers', { otp: { enabled }, mfa: { enabled } })
  const opened = await openPage(dashboard.browser, { viewport: DESK })
  await codes(true)
  await opened.page.goto(`${dashboard.server.url}/_/`)
  await heading('Sign in', opened.page)
  await look('sign-in', { on: opened.page })
  await opened.page.getByLabel('E-mail').fill(EMAIL)
  await opened.page.getByLabel('Password').fill('wrong horse')
  await press('Sign in', opened.page)
  await opened.page.getByText('No superuser has this address and password').waitFor()
  await look('sign-in-refused', { on: opened.page })
  await press('Use a code by mail', opened.page)
  await heading('Sign in with a code', opened.page)
  await look('sign-in-code-asked', { axe: true, on: opened.page })
  await press('Send the code', opened.page)
  await heading('Type the code', opened.page)
  await look('sign-in-code', { axe: true, on: opened.page })
  await codes(false)
  await opened.page.goto(`${dashboard.server.url}/_/#/request-password-reset`)
  await heading('Forgotten password', opened.page)
  await look('forgotten', { on: opened.page })
  assert.deepEqual(opened.complaints, [])
  await opened.close()
})

test('the pages behind the links in mails', async () => {
  const opened = await openPage(dashboard.browser, { viewport: DESK })
  const link = (type, more = {}) => {
    const claims = { id: 'r', type, collectionId: '_pb_users_auth_', email: 'ann@example.com', exp: 1, ...more }
    return ['{"alg":"HS256"}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.')
  }
  const go = (address) => opened.page.goto(`${dashboard.server.url}/_/#/auth/${address}`)
  await go(`confirm-verification/${link('verification')}`)
  await heading('Confirm your e-mail address', opened.page)
  await look('link-verification', { on: opened.page })
  await press('Confirm address', opened.page)
  await heading('This link does not work any more', opened.page)
  await look('link-expired', { on: opened.page })
  await go(`confirm-verification/${link('verification', { email: `${UNBROKEN}@example.com` })}`)
  await opened.page.getByText(UNBROKEN).waitFor()
  await look('link-hostile', { axe: true, on: opened.page })
  // Whether such a link lives is asked before anything is typed.
  await pb.collection('users').requestPasswordReset('ann@example.com')
  await opened.page.goto(linkIn(await mail.waitForMail('ann@example.com')))
  await heading('Choose a new password', opened.page)
  await look('link-password', { axe: true, on: opened.page })
  const reader = dashboard.server.guest()
  await reader.collection('users').authWithPassword('ann@example.com', 'a long password')
  await reader.collection('users').requestEmailChange('ann.okafor@example.com')
  await opened.page.goto(linkIn(await mail.waitForMail('ann.okafor@example.com')))
  await heading('Confirm your new e-mail address', opened.page)
  await look('link-address', { axe: true, on: opened.page })
  await go('oauth2-redirect-failure')
  await heading('That did not work', opened.page)
  await look('link-service', { on: opened.page })
  assert.deepEqual(opened.complaints, [])
  await opened.close()
})

test('Home, the palette, keys, a toast and a page that is not there', async () => {
  await goTo('#/')
  await heading('Home')
  await page.getByText('100,000 records').waitFor()
  await page.getByText('It takes writes.').waitFor()
  await look('home', { axe: true })
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('bo')
  await look('palette')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await heading('Keys')
  await look('keys')
  await page.keyboard.press('Escape')
  await page.setViewportSize(PHONE)
  await press('Menu')
  await picture(page, 'menu', [PHONE])
  await page.keyboard.press('Escape')
  await page.setViewportSize(DESK)
  await press('Narrow the sidebar')
  await look('sidebar-narrow', { sizes: [DESK] })
  await press('Widen the sidebar')
  await goTo('#/nowhere/at/all')
  await heading('There is no page here')
  await look('unknown', { axe: true })
  await goTo(`#/collections/books/${library.books[1].id}`)
  await press('Copy the id')
  await page.getByText('The id is copied').or(page.getByText(/could not|by hand/)).first().waitFor()
  await look('toast', { axe: true })
})

test('the grid', async () => {
  await records('events', 'event0000000000')
  await look('grid', { sizes: [DESK, PHONE, WIDE] })
  await goTo(`#/collections/events?filter=${encodeURIComponent('id >= "event0000050000"')}`)
  await cell('event0000050000').waitFor()
  await look('grid-middle', { sizes: [DESK] })
  await records('events', 'event0000000000')
  await grid().focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowRight')
  await look('grid-range', { axe: true, sizes: [DESK] })
  await page.keyboard.press('Escape')
  await records('books', 'Solaris')
  await look('grid-books')
  await grid().focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('F2')
  await page.getByLabel(/^title of/).waitFor()
  await look('grid-edit', { sizes: [DESK] })
  await page.keyboard.press('Escape')
  const boxes = grid().getByRole('checkbox', { name: /^Select \w{15}$/ })
  await boxes.nth(1).click()
  await boxes.nth(4).click({ modifiers: ['Shift'] })
  await page.getByText('4 selected').waitFor()
  await look('grid-bulk')
  await press('Select nothing')
  await page.getByRole('checkbox', { name: 'Select all' }).click()
  await page.getByText('14 selected').waitFor()
  await look('grid-all', { axe: true })
  await press('Delete the selected')
  await page.getByRole('dialog').waitFor()
  await look('grid-delete')
  await page.keyboard.press('Escape')
  await press('Select nothing')
  await press('Columns')
  await page.getByRole('dialog', { name: 'Columns' }).getByText('Compact').click()
  await look('grid-columns')
  await page.keyboard.press('Escape')
  await look('grid-compact', { sizes: [DESK] })
  await press('Saved views')
  await look('grid-views', { sizes: [DESK] })
  await page.keyboard.press('Escape')
})

test('the grid with nothing in it, nothing found, a wrong filter, and while it waits', async () => {
  await goTo('#/collections/empty_shelves')
  await page.getByText('There are no records yet.').waitFor()
  await look('grid-empty', { axe: true })
  await goTo(`#/collections/books?filter=${encodeURIComponent('title = "nothing"')}`)
  await page.getByText('No record matches the filter.').waitFor()
  await look('grid-nothing-found', { axe: true })
  await records('books', 'Solaris')
  await page.getByLabel('Filter', { exact: true }).fill('titel ~ "sol"')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'did you mean' }).waitFor()
  await look('grid-filter-error', { faint: true })
  let answer
  const held = new Promise((resolve) => (answer = resolve))
  await page.route('**/api/collections/films/records**', async (route) => {
    await held
    await route.continue()
  })
  await goTo('#/collections/films')
  await page.waitForTimeout(400)
  await look('grid-loading', { axe: true })
  answer()
  await cell('After Dark in Central Park').waitFor()
  await page.unroute('**/api/collections/films/records**')
  await page.getByRole('img', { name: /^Live/ }).waitFor()
  await pb.collection('films').create({ title: 'A new one', year: 2030 })
  await page.getByRole('button', { name: '1 new' }).waitFor()
  await look('grid-new-rows')
  await pb.collection('films').delete((await pb.collection('films').getFirstListItem('title = "A new one"')).id)
  await page.route('**/api/**', (route) => route.abort())
  await goTo('#/collections/authors').catch(() => undefined)
  await page.waitForTimeout(300)
  await look('offline', { axe: true })
  await page.unroute('**/api/**')
})

test('records', async () => {
  const [book] = library.books
  const open = async () => {
    await goTo(`#/collections/books/${book.id}`)
    await heading('The Dispossessed')
    await input('title').waitFor()
  }
  await open()
  await page.getByRole('textbox', { name: 'summary' }).waitFor()
  await look('record', { axe: true })
  await page.getByRole('textbox', { name: 'summary' }).scrollIntoViewIfNeeded()
  await picture(page, 'record-middle')
  await page.getByLabel('Longitude').scrollIntoViewIfNeeded()
  await look('record-end', { axe: true })
  await page.getByRole('radio', { name: 'Source' }).check()
  await page.getByRole('textbox', { name: 'summary' }).scrollIntoViewIfNeeded()
  await look('record-source', { axe: true })
  await page.getByRole('tab', { name: 'JSON' }).click()
  await look('record-json')
  await page.getByRole('tab', { name: 'Relations' }).click()
  await look('record-relations')
  await page.getByRole('tab', { name: 'Fields' }).click()
  await input('title').fill('')
  await input('pages').fill('many')
  await input('details').fill('{"edition": 1,}')
  await look('record-wrong')
  // Where it is typed in, the input becomes an editor.
  await settles(() => input('details').scrollIntoViewIfNeeded().then(() => true, () => false), true)
  await look('record-wrong-json', { axe: true })
  await press('Cancel')
  await heading('Leave without saving?')
  await look('record-leave', { axe: true })
  await page.getByRole('dialog').getByRole('button', { name: 'Leave', exact: true }).click()
  await page.getByRole('region', { name: 'The Dispossessed' }).waitFor({ state: 'detached' })
  await cell('The Dispossessed').click()
  await page.getByText('You typed here before and did not save it').waitFor()
  await look('record-draft')
  await open()
  await input('authors').click()
  await page.getByRole('listbox').getByRole('option').first().waitFor()
  await look('record-relation', { sizes: [DESK] })
  await page.keyboard.press('Escape')
  await goTo('#/collections/books/new')
  await heading('New books')
  await look('record-new')
  await press('Create')
  await page.locator('[aria-invalid="true"]').first().waitFor()
  await look('record-errors')
  const { items: [reader] } = await pb.collection('users').getList(1, 1)
  await goTo(`#/collections/users/${reader.id}`)
  await page.getByRole('tab', { name: 'Account' }).click()
  await look('record-account')
})

test('a session that ends over a form', async () => {
  await goTo(`#/collections/books/${library.books[2].id}`)
  await heading('The Summer Book')
  await input('title').fill('The Summer Book, again')
  dashboard.server.run('superuser', 'update', EMAIL, 'another horse battery')
  await press('Save')
  await heading('Your session ended')
  await look('session-ended')
  dashboard.server.run('superuser', 'update', EMAIL, PASSWORD)
  pb = await dashboard.server.superuser()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Password').fill(PASSWORD)
  await dialog.getByRole('button', { name: 'Sign in' }).click()
  await dialog.waitFor({ state: 'detached' })
})

test('collections', async () => {
  const settings = async (collection, tab) => {
    await goTo(`#/collections/${collection}/settings/${tab}`)
    await page.locator('#collection-tab-' + tab).and(page.getByRole('tab', { selected: true })).waitFor()
  }
  for (const type of ['base', 'auth', 'view']) {
    await goTo(`#/new-collection?type=${type}`)
    await page.getByLabel('Name', { exact: true }).waitFor()
    await look(`collection-new-${type}`)
  }
  await settings('books', 'fields')
  await page.getByLabel('Name of the field title').waitFor()
  await look('collection-fields')
  await press('Options of title')
  await press('Options of kinds')
  await look('collection-options', { axe: true })
  await settings('books', 'rules')
  await page.getByLabel('Rule: Create').waitFor()
  await look('collection-rules')
  await page.getByRole('group', { name: 'Who: Delete' }).getByText('Everyone', { exact: true }).click()
  await page.getByRole('dialog').waitFor()
  await look('collection-public', { axe: true })
  await page.keyboard.press('Escape')
  await settings('books', 'indexes')
  await page.getByLabel('Field of the new index').selectOption('title')
  await look('collection-indexes')
  await settings('users', 'auth')
  await page.getByRole('switch', { name: 'Other services', exact: true }).click()
  await page.getByLabel('Add a service').selectOption({ label: 'GitHub' })
  await look('collection-sign-in')
  await page.getByLabel('Client id').scrollIntoViewIfNeeded()
  await picture(page, 'collection-provider')
  await settings('users', 'mail')
  await page.locator('iframe').first().waitFor()
  await look('collection-mail')
  await settings('books_by_author', 'query')
  await page.getByRole('columnheader').first().waitFor()
  await look('collection-query', { axe: true })
  await settings('books', 'danger')
  await look('collection-danger', { axe: true })
  await settings('books', 'fields')
  await press('Remove isbn')
  await press('Save')
  await page.getByRole('dialog').waitFor()
  await look('collection-plan')
  await page.keyboard.press('Escape')
})

test('the diagram, its list and the rules of all collections', async () => {
  const boxes = page.getByRole('application', { name: 'Diagram of the collections' }).locator('[data-collection]')
  await goTo('#/diagram')
  await boxes.first().waitFor()
  await look('diagram', { axe: true })
  await goTo('#/diagram?at=books')
  await page.getByRole('dialog', { name: 'books', exact: true }).waitFor()
  await boxes.first().waitFor()
  await look('diagram-chosen', { axe: true })
  await page.getByText('Names', { exact: true }).click()
  await press('What the signs say')
  await look('diagram-legend')
  await page.keyboard.press('Escape')
  await page.getByText('Fields', { exact: true }).click()
  await goTo('#/diagram/list')
  await page.getByRole('rowheader', { name: /^books_by_author/ }).waitFor()
  await look('diagram-list', { axe: true })
  await goTo('#/diagram/rules?who=custom')
  await page.getByRole('grid', { name: 'Rules of all collections' }).waitFor()
  await look('diagram-rules', { axe: true })
})

test('the settings', async () => {
  for (const name of ['Application', 'Mail', 'Storage', 'Limits', 'Superusers']) {
    await goTo(`#/settings/${name.toLowerCase()}`)
    await heading(name)
    await page.getByRole('button', { name: name === 'Superusers' ? 'Add a superuser' : 'Save', exact: true }).waitFor()
    if (name === 'Mail') await page.locator('iframe').waitFor()
    if (name === 'Storage') await page.getByRole('switch', { name: 'Keep files in a bucket' }).click()
    if (name === 'Limits') await page.getByRole('switch', { name: 'Limit requests' }).click()
    await look(`settings-${name.toLowerCase()}`)
  }
})

test('schemas in and out', async () => {
  await goTo('#/settings/export-collections')
  await page.getByLabel('All', { exact: true }).waitFor()
  await look('export')
  const books = await pb.collections.getOne('books')
  const fields = books.fields.filter(({ name }) => name !== 'price').map((field) => (field.name === 'title' ? { ...field, max: 300 } : field))
  await goTo('#/settings/import-collections')
  await look('import-empty', { axe: true })
  await page.getByLabel('Collections as JSON').fill(JSON.stringify([{ ...books, fields }, { name: 'loans', type: 'base', fields: [{ name: 'until', type: 'date' }] }]))
  await page.getByText('2 collections would change').waitFor()
  await look('import')
})

test('the log', async () => {
  await pb.collection('books').getList(1, 1)
  await goTo('#/logs?live=0&superusers=1')
  await page.getByRole('slider', { name: 'Entries through the time' }).waitFor()
  await page.getByRole('gridcell').first().waitFor()
  await look('log', { sizes: [DESK, PHONE, WIDE] })
  await page.getByRole('gridcell', { name: '/api/collections/books/records' }).first().click()
  await page.getByRole('tab', { name: 'Related' }).waitFor()
  await look('log-entry')
})

test('backups and schedules', async () => {
  await goTo('#/settings/backups')
  await page.getByText('There are no backups yet').waitFor()
  await look('backups-none')
  for (const name of ['monday.zip', 'before-update.zip']) await pb.backups.create(name)
  await goTo('#/settings/backups')
  await press('monday.zip')
  await page.getByText('The state of').waitFor()
  await look('backups')
  await press('Restore monday.zip')
  await page.getByText(/since/).first().waitFor()
  await look('backups-restore')
  await goTo('#/settings/crons')
  await heading('Tidy the database')
  await look('schedules')
})

test('the SQL console', async () => {
  const type = async (text) => {
    await page.getByLabel('SQL', { exact: true }).focus()
    await page.getByRole('combobox', { name: 'SQL' }).waitFor()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText(text)
  }
  await goTo('#/settings/sql')
  await type('SELECT title, pages, price FROM books ORDER BY pages DESC')
  await press('Run')
  await page.getByText(/^14 rows/).waitFor()
  await look('sql')
  await press('Explain')
  await page.getByRole('list', { name: 'Plan' }).waitFor()
  await look('sql-plan')
  await type('SELECT title FORM books')
  await press('Run')
  await page.getByText(/syntax error/).first().waitFor()
  await look('sql-error')
  await press('Unlock writing…')
  await press('Unlock')
  await type("DELETE FROM books WHERE title = 'Solaris'")
  await press('Run')
  await page.getByText(/: 1 row/).waitFor()
  await look('sql-write')
  await page.keyboard.press('Escape')
})

test('names and values that were made to break pages are shown as they are', async () => {
  const rows = await fillHostile(pb)
  const titles = [LONG, MARKUP, HEBREW, EMOJI, UNBROKEN]
  await records('hostile', LONG)
  for (const title of titles) await cell(title).waitFor()
  await look('hostile-grid', { axe: true })
  for (const [at, row] of rows.entries()) {
    await goTo(`#/collections/hostile/${row.id}`)
    await heading(titles[at] ?? row.id)
    await look(`hostile-record-${at}`, { axe: at < 2 })
  }
  const { items } = await pb.collections.getList(1, 1, { filter: 'name ~ "goes_on"' })
  await goTo(`#/collections/${items[0].name}`)
  await page.getByText('There are no records yet.').waitFor()
  await look('hostile-name', { axe: true })
  await goTo(`#/collections/${items[0].name}/settings/fields`)
  await page.getByLabel('Name of the field field_number_1', { exact: true }).waitFor()
  await look('hostile-fields', { axe: true })
  await goTo(`#/diagram?at=${items[0].name}`)
  await page.getByRole('dialog', { name: items[0].name }).waitFor()
  await page.getByRole('application').locator('[data-collection]').first().waitFor()
  await look('hostile-diagram', { axe: true })
  for (const tab of ['list', 'rules']) {
    await goTo(`#/diagram/${tab}`)
    await page.getByRole('rowheader', { name: new RegExp(`^${items[0].name}`) }).waitFor()
    await look(`hostile-diagram-${tab}`, { axe: true })
  }
  await goTo('#/')
  await page.getByText('100,000 records').waitFor()
  await look('hostile-home', { axe: true })
  assert.notEqual(await page.title(), 'hit')
})
