// The SQL console: it reads until it is unlocked, asks before it writes, and shows what comes.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE } from './support/browser.js'
import { signIn, startDashboard } from './support/dashboard.js'
import { EMOJI, HEBREW, LONG, MARKUP } from './support/library.js'
import { hasCount, settles } from './support/settles.js'

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
  await pb.collections.create({ name: 'tools', type: 'base', fields: [{ name: 'label', type: 'text' }, { name: 'weight', type: 'number' }] })
  for (const [label, weight] of [['hammer', 3], ['saw', 1], [MARKUP, 0], [HEBREW, 0], [EMOJI, 0], [LONG, 0], ['', 0]]) {
    await pb.collection('tools').create({ label, weight })
  }
})
after(() => dashboard?.stop())

const PAGE = '#/settings/sql'
const press = (on, name) => on.getByRole('button', { name, exact: true }).click()
const dialog = (page) => page.getByRole('dialog')
const cell = (page, text) => page.getByRole('table', { name: 'Result' }).getByRole('cell', { name: text, exact: true })
const results = (page) => page.getByRole('region', { name: 'Results' })
const tools = async () => (await pb.collection('tools').getFullList()).length

/** Types into the editor in the place of what is there. */
async function type(page, text) {
  const editor = page.getByLabel('SQL', { exact: true })
  await editor.focus()
  await page.getByRole('combobox', { name: 'SQL' }).waitFor()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(text)
}

test('a query is completed, run by keys, and shown with types and time', async () => {
  const { page, complaints, close } = await dashboard.open(PAGE)
  await page.getByText('It only reads').waitFor()
  await assertAccessible(page)
  await type(page, 'SELECT label, weight, NULL AS none FROM ')
  await page.keyboard.type('too')
  await page.getByRole('option', { name: 'tools' }).waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.type(' ORDER BY weight DESC')
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+Enter')
  await results(page).getByText(/^7 rows, \d+ ms$/).waitFor()
  await page.getByRole('columnheader', { name: 'label TEXT' }).waitFor()
  await cell(page, 'hammer').waitFor()
  for (const hostile of [MARKUP, HEBREW, EMOJI, LONG, '""']) await cell(page, hostile).waitFor()
  await hasCount(cell(page, 'null'), 7)
  await assertAccessible(page)
  // What is selected runs alone.
  await type(page, 'SELECT 1 AS one;\nSELECT 2 AS two')
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.press('Shift+End')
  await page.keyboard.press('ControlOrMeta+Enter')
  await page.getByRole('columnheader', { name: 'one' }).waitFor()
  await hasCount(page.getByRole('tab'), 0)
  await page.keyboard.press('ControlOrMeta+End')
  await press(page, 'Run')
  await page.getByRole('tab', { name: '2. 1 row' }).waitFor()
  await page.getByRole('columnheader', { name: 'two' }).waitFor()
  await page.getByRole('tab', { name: '1. 1 row' }).click()
  await page.getByRole('columnheader', { name: 'one' }).waitFor()
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('what writes is refused while it only reads, however it is written', async () => {
  const { page, close } = await dashboard.open(PAGE)
  const before = await tools()
  await type(page, '-- hidden\ndelete from tools')
  await press(page, 'Run')
  await page.getByText('This would write, and the console is read-only. Unlock writing first.').waitFor()
  await assertAccessible(page)
  await type(page, 'WITH gone AS (SELECT id FROM tools) DELETE FROM tools WHERE id IN gone')
  await press(page, 'Run')
  await page.getByText('A statement that writes cannot start with WITH here.').waitFor()
  // The server itself reads, whatever the page thinks of the text.
  await type(page, 'PRAGMA user_version = 7')
  await press(page, 'Run')
  await results(page).getByText(/^Failed/).waitFor()
  assert.equal(await tools(), before)
  await close()
})

test('unlocked, what writes is counted and asked for, and can be locked again', async () => {
  const { page, complaints, close } = await dashboard.open(PAGE)
  await press(page, 'Unlock writing…')
  await dialog(page).getByText('SQL goes around what records have').waitFor()
  await assertAccessible(page)
  await press(dialog(page), 'Unlock')
  await page.getByRole('timer').getByText(/^(10:00|9:5\d)$/).waitFor()
  await type(page, "UPDATE tools SET weight = 9 WHERE label = 'saw'; DELETE FROM tools WHERE label = ''; SELECT weight FROM tools WHERE label = 'saw'")
  await press(page, 'Run')
  await dialog(page).getByText('Changes rows of tools: 1 row').waitFor()
  await dialog(page).getByText('Deletes rows of tools: 1 row').waitFor()
  await assertAccessible(page)
  await press(dialog(page), 'Cancel')
  assert.equal(await tools(), 7)
  await press(page, 'Run')
  await press(dialog(page), 'Run')
  await page.getByRole('tab', { name: '2. 1 row' }).waitFor()
  await cell(page, '9').waitFor()
  await page.getByRole('tab', { name: '1. written' }).click()
  await results(page).getByText(/^1 row changed by the last statement/).waitFor()
  assert.equal(await tools(), 6)
  await type(page, 'DELETE FROM tools')
  await press(page, 'Run')
  await dialog(page).getByText('all of them, 6 rows').waitFor()
  await page.keyboard.press('Escape')
  await press(page, 'Lock again')
  await page.getByText('It only reads').waitFor()
  await press(page, 'Run')
  await page.getByText('This would write, and the console is read-only. Unlock writing first.').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('an error is told and stands at its place', async () => {
  const { page, close } = await dashboard.open(PAGE)
  await type(page, 'SELECT 1;\nSELECT label FORM tools')
  await press(page, 'Run')
  await page.getByRole('status').getByText('near "tools": syntax error').waitFor()
  // It is seen once, with the statement that failed.
  assert.ok((await page.getByRole('status').filter({ hasText: 'syntax error' }).boundingBox()).height <= 1)
  await settles(() => page.locator('.cm-fault').allInnerTexts(), ['tools'])
  await page.getByRole('tab', { name: /^2\. failed/ }).waitFor()
  await assertAccessible(page)
  await close()
})

test('a plan is shown as a tree', async () => {
  const { page, close } = await dashboard.open(PAGE)
  await type(page, 'SELECT * FROM tools WHERE id IN (SELECT recordRef FROM _externalAuths)')
  await press(page, 'Explain')
  const plan = page.getByRole('list', { name: 'Plan' })
  await plan.getByText(/^SEARCH tools USING/).waitFor()
  await plan.getByRole('listitem').filter({ hasText: 'SUBQUERY' }).getByRole('listitem').first().waitFor()
  await type(page, 'DELETE FROM tools WHERE weight = 1')
  await press(page, 'Explain')
  await page.getByText('SCAN tools').waitFor()
  await page.getByText('reads all rows').waitFor()
  await assertAccessible(page)
  assert.equal(await tools(), 6)
  await close()
})

test('many rows come in parts and are drawn as they are looked at', async () => {
  const { page, close } = await dashboard.open(PAGE)
  await type(page, 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) SELECT i, i * 2 AS twice FROM n')
  await press(page, 'Run')
  await results(page).getByText(/^the first 1,000 rows/).waitFor()
  const table = page.getByRole('table', { name: 'Result' })
  assert.ok((await table.getByRole('row').count()) < 80)
  await press(page, 'More rows')
  await results(page).getByText(/^1,500 rows/).waitFor()
  await hasCount(page.getByRole('button', { name: 'More rows' }), 0)
  await page.getByRole('region', { name: 'Rows' }).evaluate((region) => region.scrollTo(0, 1e9))
  await cell(page, '3000').waitFor()
  await close()
})

test('writing stays unlocked for nobody else: signing out locks it', async () => {
  const { page, complaints, close } = await dashboard.open(PAGE)
  await press(page, 'Unlock writing…')
  await press(dialog(page), 'Unlock')
  await page.getByRole('timer').waitFor()
  await press(page, 'Sign out')
  await signIn(page)
  await page.getByText('It only reads').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('a question whose page is left is asked no further', async () => {
  const { page, complaints, close } = await dashboard.open(PAGE)
  await type(page, 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n')
  const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/api/sql'))
  await press(page, 'Run')
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor()
  await page.evaluate(() => (location.hash = '#/'))
  await ended
  assert.deepEqual(complaints.filter((line) => !line.includes('/api/sql')), [])
  await close()
})

test('what runs long is stopped', async () => {
  const { page, close } = await dashboard.open(PAGE)
  await type(page, 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n')
  await press(page, 'Run')
  await press(page, 'Stop')
  await results(page).getByText(/^Stopped after/).waitFor()
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor()
  await close()
})

test('results leave as files, and queries are kept under names', async () => {
  const { page, complaints, close } = await dashboard.open(PAGE)
  await type(page, "SELECT label, weight FROM tools WHERE weight > 1 ORDER BY label")
  await press(page, 'Run')
  await results(page).getByText(/^2 rows/).waitFor()
  const saved = async (name) => {
    await press(page, 'Export')
    await assertAccessible(page)
    const coming = page.waitForEvent('download')
    await press(dialog(page), name)
    const download = await coming
    return [download.suggestedFilename(), await readFile(await download.path(), 'utf8')]
  }
  assert.deepEqual(await saved('CSV'), ['result.csv', 'label,weight\r\nhammer,3\r\nsaw,9\r\n'])
  const [name, json] = await saved('JSON')
  assert.deepEqual([name, JSON.parse(json)], ['result.json', [{ label: 'hammer', weight: '3' }, { label: 'saw', weight: '9' }]])
  assert.deepEqual(await saved('JSON lines (NDJSON)'), ['result.ndjson', '{"label":"hammer","weight":"3"}\n{"label":"saw","weight":"9"}\n'])
  await press(page, 'Saved queries')
  await dialog(page).getByLabel('Name of the query').fill('Heavy <b>tools</b>')
  await press(dialog(page), 'Save')
  await assertAccessible(page)
  await page.keyboard.press('Escape')
  await type(page, 'SELECT 5 AS five')
  await press(page, 'Run')
  await page.getByRole('columnheader', { name: 'five' }).waitFor()
  // What was typed last is there again.
  await page.reload()
  await press(page, 'Run')
  await page.getByRole('columnheader', { name: 'five' }).waitFor()
  await press(page, 'Saved queries')
  await dialog(page).getByRole('button', { name: /^Heavy <b>tools<\/b> SELECT label/ }).click()
  await press(page, 'Run')
  await cell(page, 'hammer').waitFor()
  await press(page, 'History')
  await assertAccessible(page)
  await dialog(page).getByRole('button', { name: /^SELECT 5 AS five/ }).click()
  await press(page, 'Run')
  await page.getByRole('columnheader', { name: 'five' }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('on a phone the console is usable', async () => {
  const { page, close } = await dashboard.open(PAGE, { viewport: PHONE, hasTouch: true, isMobile: true })
  await type(page, 'SELECT * FROM tools')
  await press(page, 'Run')
  await results(page).getByText(/^6 rows/).waitFor()
  await settles(() => page.evaluate(() => document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth), 0)
  await assertAccessible(page)
  await close()
})
