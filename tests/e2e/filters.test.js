// Filters as they are written: what could come next, what is wrong where, conditions as rows, code of them.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { DESK, PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasCount, settles } from './support/settles.js'

/** An option that would break out of a page, or of a quoted text, if it could. */
const HOSTILE = `</script>"'`

let dashboard
before(async () => {
  dashboard = await startDashboard()
  const pb = await dashboard.server.superuser()
  const authors = await pb.collections.create({
    name: 'authors', type: 'base', fields: [{ name: 'name', type: 'text', presentable: true }, { name: 'country', type: 'text' }],
  })
  const books = await pb.collections.create({
    name: 'books', type: 'base',
    fields: [
      { name: 'title', type: 'text', presentable: true },
      { name: 'year', type: 'number' },
      { name: 'lent', type: 'bool' },
      { name: 'shelf', type: 'select', maxSelect: 1, values: ['fiction', 'science', HOSTILE] },
      { name: 'author', type: 'relation', maxSelect: 1, collectionId: authors.id },
      { name: 'created', type: 'autodate', onCreate: true },
    ],
  })
  await pb.collections.create({
    name: 'loans', type: 'base',
    fields: [{ name: 'book', type: 'relation', maxSelect: 1, collectionId: books.id }, { name: 'days', type: 'number' }],
  })
  const people = {}
  for (const [name, country] of [['Ursula K. Le Guin', 'US'], ['Stanisław Lem', 'PL'], ['Octavia Butler', 'US']]) {
    people[name] = await pb.collection('authors').create({ name, country })
  }
  for (const [title, year, author, shelf, lent] of [
    ['The Dispossessed', 1974, 'Ursula K. Le Guin', 'fiction', true],
    ['The Left Hand of Darkness', 1969, 'Ursula K. Le Guin', 'fiction', false],
    ['Solaris', 1961, 'Stanisław Lem', 'fiction', false],
    ['Summa Technologiae', 1964, 'Stanisław Lem', 'science', true],
    ['Kindred', 1979, 'Octavia Butler', HOSTILE, false],
  ]) await pb.collection('books').create({ title, year, author: people[author].id, shelf, lent })
})
after(async () => { await dashboard?.stop() })

const bar = (page) => page.getByLabel('Filter', { exact: true })
const suggestions = (page) => page.getByRole('listbox', { name: 'Completions' }).getByRole('option')
const cell = (page, text) => page.getByRole('grid').getByRole('gridcell', { name: text, exact: true }).first()
const written = (page) => settles(() => bar(page).evaluate((input) => input.isContentEditable), true)
const reads = (page, text) => settles(() => bar(page).innerText(), text)

/** The bar with the editor in it. */
async function openBar(address = '#/collections/books', options) {
  const opened = await dashboard.open(address, options)
  await opened.page.getByText('5 records', { exact: true }).waitFor()
  await bar(opened.page).click()
  await written(opened.page)
  return opened
}

test('a filter is written by choosing: fields, through relations, operators and values', async () => {
  const { page, complaints, close } = await openBar()
  await page.keyboard.type('au')
  await suggestions(page).filter({ hasText: /^author/ }).first().waitFor()
  await page.keyboard.press('Tab')
  await reads(page, 'author')
  await page.keyboard.type('.na')
  await suggestions(page).filter({ hasText: 'author.name' }).waitFor()
  await page.getByRole('status').filter({ hasText: /^\d+ suggestions?$/ }).waitFor({ state: 'attached' })
  await picture(page, 'filter-completion')
  await assertAccessible(page)
  await page.keyboard.press('Tab')
  await page.keyboard.type(' ')
  await suggestions(page).filter({ hasText: 'contains' }).first().waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await reads(page, 'author.name ~ ')
  await page.keyboard.type('guin')
  // What the server knows.
  await suggestions(page).filter({ hasText: 'Ursula K. Le Guin' }).waitFor()
  await picture(page, 'filter-values', [DESK])
  await page.keyboard.press('Tab')
  await reads(page, "author.name ~ 'Ursula K. Le Guin'")
  await page.keyboard.press('Enter')
  await page.getByText('2 records', { exact: true }).waitFor()
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('Enter asks what is written, Esc closes the list and no more, and Tab leaves then', async () => {
  const { page, complaints, close } = await openBar()
  await page.keyboard.type('lent = t')
  await suggestions(page).filter({ hasText: 'true' }).waitFor()
  await page.keyboard.press('Escape')
  await hasCount(suggestions(page), 0)
  await page.keyboard.type('rue')
  await page.keyboard.press('Enter')
  await page.getByText('2 records', { exact: true }).waitFor()
  await hasCount(suggestions(page), 0)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await settles(() => bar(page).evaluate((input) => input.getRootNode().activeElement === input), false)
  // Letters are for what is typed, not for the page.
  await page.getByRole('grid').focus()
  await page.keyboard.press('/')
  await page.keyboard.type('?g')
  await reads(page, '?g')
  await hasCount(page.getByRole('dialog', { name: 'Keys' }), 0)
  assert.deepEqual(complaints, [])
  await close()
})

test('what is wrong is marked at its place', async () => {
  const { page, complaints, close } = await openBar()
  await bar(page).fill("lent = true && yer > 1970")
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'did you mean' }).waitFor()
  await settles(() => page.locator('.cm-fault').allInnerTexts(), ['yer'])
  await settles(() => bar(page).getAttribute('aria-invalid'), 'true')
  await settles(() => bar(page).evaluate((input) => input.ariaDescribedByElements.some((one) => one.textContent.includes('did you mean'))), true)
  await cell(page, 'Kindred').waitFor()
  await picture(page, 'filter-fault')
  await bar(page).fill('year > 1970')
  await page.keyboard.press('Enter')
  await page.getByText('2 records', { exact: true }).waitFor()
  await hasCount(page.locator('.cm-fault'), 0)
  assert.deepEqual(complaints, [])
  await close()
})

test('a hostile option is a text in the list, and quoted rightly', async () => {
  const { page, complaints, close } = await openBar()
  await page.keyboard.type('shelf = ')
  await suggestions(page).filter({ hasText: '</script>' }).click()
  await reads(page, `shelf = "</script>\\"'"`)
  await page.keyboard.press('Enter')
  await page.getByText('1 record', { exact: true }).waitFor()
  await cell(page, 'Kindred').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('on a phone the list fits, and what is typed is large enough', async () => {
  const { page, complaints, close } = await openBar('#/collections/books', { viewport: PHONE, hasTouch: true, isMobile: true })
  await page.keyboard.type('created > ')
  await suggestions(page).first().waitFor()
  assert.ok(await bar(page).evaluate((input) => parseFloat(getComputedStyle(input).fontSize)) >= 16)
  assert.ok((await suggestions(page).first().boundingBox()).height >= 44)
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.width)
  await picture(page, 'filter-phone', [PHONE])
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

const builder = (page) => page.getByRole('dialog', { name: 'Conditions' })
const row = (page, number) => builder(page).getByRole('group', { name: `Condition ${number}`, exact: true })

test('conditions are chosen in rows, written as a filter, and read from it again', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/books')
  await cell(page, 'Kindred').waitFor()
  await page.getByRole('grid').focus()
  await page.keyboard.press('f')
  await row(page, '1').getByLabel('Field').selectOption('lent')
  await row(page, '1').getByLabel('Value').selectOption('No')
  await builder(page).getByRole('button', { name: 'Group' }).click()
  await row(page, '2.1').getByLabel('Field').selectOption('shelf')
  await row(page, '2.1').getByLabel('Value').selectOption(HOSTILE)
  await builder(page).getByRole('group', { name: 'Group 2' }).getByRole('button', { name: 'Condition', exact: true }).click()
  await row(page, '2.2').getByLabel('Field').selectOption('author.name')
  await row(page, '2.2').getByLabel('Operator').selectOption('is')
  await row(page, '2.2').getByLabel('Value').fill('Stanisław Lem')
  const filter = `lent = false && (shelf = "</script>\\"'" || author.name = 'Stanisław Lem')`
  await settles(() => bar(page).inputValue(), filter)
  await picture(page, 'filter-conditions')
  await assertAccessible(page)
  await page.keyboard.press('Enter')
  await page.getByText('2 records', { exact: true }).waitFor()
  await cell(page, 'Solaris').waitFor()
  await hasCount(builder(page), 0)

  // The same rows are there again, and a change changes nothing else.
  await page.getByRole('button', { name: 'Conditions' }).click()
  await settles(() => row(page, '2.2').getByLabel('Value').inputValue(), 'Stanisław Lem')
  await settles(() => row(page, '2.1').getByLabel('Value').inputValue(), HOSTILE)
  await row(page, '1').getByLabel('Field').selectOption('year')
  await row(page, '1').getByLabel('Operator').selectOption('less than')
  await row(page, '1').getByLabel('Value').fill('1963')
  await settles(() => bar(page).inputValue(), filter.replace('lent = false', 'year < 1963'))
  await row(page, '2.1').getByRole('button', { name: 'Remove condition 2.1' }).click()
  await builder(page).getByRole('button', { name: 'Show records' }).click()
  await page.getByText('1 record', { exact: true }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('a relation is found by its name, and a time is chosen by what it means', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/books')
  await cell(page, 'Kindred').waitFor()
  await page.getByRole('button', { name: 'Conditions' }).click()
  await row(page, '1').getByLabel('Field').selectOption('author')
  await row(page, '1').getByLabel('Value').fill('octa')
  await row(page, '1').getByRole('option', { name: /Octavia Butler/ }).click()
  await row(page, '1').getByText('Octavia Butler').waitFor()
  await builder(page).getByRole('button', { name: 'Condition', exact: true }).click()
  await row(page, '2').getByLabel('Field').selectOption('created')
  await row(page, '2').getByLabel('Value').selectOption('begin of today')
  await settles(async () => / && created > @todayStart$/.test(await bar(page).inputValue()), true)
  await picture(page, 'filter-relation', [DESK])
  await assertAccessible(page)
  await page.keyboard.press('Escape')
  await hasCount(builder(page), 0)
  assert.deepEqual(complaints, [])
  await close()
})

test('what is beyond conditions stays as it is, and is told', async () => {
  const filter = "strftime('%Y', created) > '2000'"
  const { page, complaints, close } = await dashboard.open(`#/collections/books?filter=${encodeURIComponent(filter)}`)
  await cell(page, 'Kindred').waitFor()
  await page.getByRole('button', { name: 'Conditions' }).click()
  await builder(page).getByText('more than conditions can').waitFor()
  await settles(() => bar(page).inputValue(), filter)
  await builder(page).getByRole('button', { name: 'Show records' }).click()
  await page.getByText('5 records', { exact: true }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('the filter is copied as code', async () => {
  const { page, complaints, close } = await dashboard.open(`#/collections/books?filter=${encodeURIComponent("title = 'Solaris'")}&sort=-year`)
  await cell(page, 'Solaris').waitFor()
  await page.getByRole('button', { name: 'Conditions' }).click()
  await builder(page).getByText('Copy as code').click()
  await builder(page).getByText("--data-urlencode 'filter=title = '\\''Solaris'\\'''").waitFor()
  await builder(page).getByText('JavaScript').click()
  await builder(page).getByText(`filter: "title = 'Solaris'",`).waitFor()
  await builder(page).getByText('Dart').click()
  await builder(page).getByText("sort: '-year',").waitFor()
  await picture(page, 'filter-code', [DESK])
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('on a phone conditions are a sheet', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/books', { viewport: PHONE, hasTouch: true, isMobile: true })
  await page.getByText('5 records', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Conditions' }).click()
  await row(page, '1').getByLabel('Field').selectOption('year')
  await row(page, '1').getByLabel('Value').fill('1961')
  await picture(page, 'filter-sheet', [PHONE])
  await assertAccessible(page)
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.width)
  await builder(page).getByRole('button', { name: 'Show records' }).click()
  await page.getByText('1 record', { exact: true }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})
