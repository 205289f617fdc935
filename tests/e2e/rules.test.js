// Rules that can be trusted: tried before they are saved, at a glance, and kept as cases.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasCount, hasValue, settles } from './support/settles.js'

const HOSTILE = '<img src=x onerror="document.title=1"> ‮drow & "quoted"'

let dashboard
let pb
const ids = {}
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
  const users = await pb.collections.getOne('users')
  for (const name of ['Ann', 'Bob', 'Cleo']) {
    const account = { name, email: `${name.toLowerCase()}@example.com`, password: 'a long password', passwordConfirm: 'a long password' }
    ids[name] = (await pb.collection('users').create({ ...account, verified: name !== 'Cleo' })).id
  }
  await pb.collections.create({
    name: 'tools', type: 'base',
    fields: [
      { name: 'title', type: 'text' }, { name: 'locked', type: 'bool' },
      { name: 'owner', type: 'relation', collectionId: users.id, maxSelect: 1 },
    ],
    listRule: '',
    viewRule: '',
    createRule: '@request.auth.id != "" && title != "" && @request.headers.x_key = "k"',
    updateRule: '@request.auth.id != "" && (owner = @request.auth.id || title = "Rake") && locked = false',
  })
  for (const [title, owner, locked] of [['Hammer', 'Ann', false], ['Saw', 'Bob', true], ['Rake', 'Bob', false], [HOSTILE, 'Ann', false]]) {
    ids[title] = (await pb.collection('tools').create({ title, owner: ids[owner], locked })).id
  }
})
after(async () => { await dashboard?.stop() })

const RULES = '#/collections/tools/settings/rules'
const tester = (page) => page.getByRole('region', { name: 'Rule tester' })
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const choose = (page, operation, state) =>
  page.getByRole('group', { name: `Who: ${operation}` }).getByText(state, { exact: true }).click()

/** Finds a record or an account by words and chooses it. */
async function pick(page, label, words) {
  await tester(page).getByRole('combobox', { name: label, exact: true }).fill(words)
  await tester(page).getByRole('option', { name: new RegExp(words) }).first().click()
}

/** Chooses what is asked: an operation, an account unless it is a guest, and a record. */
async function ask(page, operation, account, record) {
  await tester(page).getByLabel('What', { exact: true }).selectOption(operation)
  if (account) {
    await tester(page).getByText('Account', { exact: true }).click()
    await pick(page, 'Account', account)
  }
  if (record) await pick(page, 'Record', record)
}

const says = (page, verdict) => tester(page).getByText(verdict, { exact: true }).waitFor()

test('the tester says that somebody may, and shows each clause', async () => {
  const { page, complaints, close } = await dashboard.open(RULES)
  await ask(page, 'Update', 'Ann', 'Hammer')
  await says(page, 'Ann may update “Hammer”: 200')
  const clauses = tester(page).getByRole('list', { name: 'Clauses' })
  await clauses.getByRole('button', { name: /^holds: owner = @request\.auth\.id decides/ }).waitFor()
  await clauses.getByRole('button', { name: /^does not hold: title = "Rake" title is "Hammer"/ }).waitFor()
  await clauses.getByRole('button', { name: /^holds: One of these/ }).waitFor()
  await tester(page).getByText('No index helps', { exact: false }).waitFor()
  await tester(page).getByText('How the database finds them').click()
  await tester(page).getByText(/Reads tools/).waitFor()
  await tester(page).getByText('How the database finds them').click()
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight > innerHeight), false, 'the page scrolls as a whole')
  await picture(page, 'rules-tester-pass')
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('the tester says why somebody may not, and where in the rule that is', async () => {
  const { page, complaints, close } = await dashboard.open(RULES)
  await ask(page, 'Update', 'Bob', 'Saw')
  await says(page, 'Bob may not update “Saw”: 404')
  const guilty = tester(page).getByRole('button', { name: /^does not hold: locked = false decides locked is true/ })
  await guilty.focus()
  await settles(() => tester(page).locator('mark').textContent(), 'locked = false')
  const decided = tester(page).getByRole('region', { name: 'What decided' })
  await settles(() => decided.locator('dl').innerText().then((text) => text.split(/\s+/)), ['locked', 'true'])
  await picture(page, 'rules-tester-fail')
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('a guest, a superuser and the row that one works on', async () => {
  const { page, close } = await dashboard.open(RULES)
  await page.getByRole('group', { name: 'Who: Delete' }).getByLabel('Superusers only').focus()
  await hasValue(tester(page).getByLabel('What', { exact: true }), 'delete')
  await pick(page, 'Record', 'Rake')
  await says(page, 'A guest may not delete “Rake”: 403')
  await tester(page).getByText('The rule allows only superusers.').waitFor()
  await tester(page).getByText('Superuser', { exact: true }).click()
  await says(page, 'A superuser may delete “Rake”: 204')
  await tester(page).getByLabel('What', { exact: true }).selectOption('List')
  await tester(page).getByText('Guest', { exact: true }).click()
  await says(page, 'A guest finds “Rake” in lists: 200')
  await press(page, 'Record: none')
  await says(page, 'A guest may list records: 200')
  await close()
})

test('a rule is tried as it is typed, and beside it the stored one', async () => {
  const { page, complaints, close } = await dashboard.open(RULES)
  await ask(page, 'Delete', 'Ann', 'Hammer')
  await says(page, 'Ann may not delete “Hammer”: 403')
  await choose(page, 'Delete', 'Custom')
  const rule = page.getByLabel('Rule: Delete')
  await rule.fill('owner = @request.auth.id')
  await says(page, 'Ann may delete “Hammer”: 204')
  await tester(page).getByText('As stored', { exact: true }).click()
  await says(page, 'Ann may not delete “Hammer”: 403')
  await tester(page).getByText('As typed', { exact: true }).click()
  await says(page, 'Ann may delete “Hammer”: 204')
  await rule.fill('nowhere = 1')
  await tester(page).getByText(/The rule cannot be asked: .*nowhere/).waitFor()
  // What was there before stays.
  await says(page, 'Ann may delete “Hammer”: 204')
  await press(page, 'Discard')
  assert.equal((await pb.collections.getOne('tools')).deleteRule, null)
  assert.deepEqual(complaints, [])
  await close()
})

test('a create is tried with what would be sent', async () => {
  const { page, close } = await dashboard.open(RULES)
  await ask(page, 'Create', 'Ann')
  await says(page, 'Ann may not create this record: 400')
  await tester(page).getByLabel('Body').fill('{ "title": ')
  await tester(page).getByText('This is no JSON yet.').waitFor()
  await tester(page).getByLabel('Body').fill('{ "title": "New" }')
  await tester(page).getByRole('button', { name: /^holds: title != ""/ }).waitFor()
  await tester(page).getByLabel('x-key').fill('k')
  await says(page, 'Ann may create this record: 200')
  assert.equal((await pb.collection('tools').getFullList()).length, 4)
  await assertAccessible(page)
  await close()
})

test('the matrix shows who may by record, works by keys, and opens a case', async () => {
  const { page, complaints, close } = await dashboard.open(RULES)
  await tester(page).getByLabel('What', { exact: true }).selectOption('Update')
  await tester(page).getByRole('tab', { name: 'Matrix' }).click()
  await tester(page).getByText(/of 16 cases allowed/).waitFor()
  await tester(page).getByLabel('Superuser').check()
  await tester(page).getByText(/of 20 cases allowed/).waitFor()
  const grid = tester(page).getByRole('grid', { name: 'Who may, by record' })
  assert.deepEqual(await grid.getByRole('columnheader').allTextContents(), ['Record', 'Guest', 'Superuser', 'Ann', 'Bob', 'Cleo'])
  await grid.getByRole('button', { name: 'Ann, Hammer: allowed' }).waitFor()
  await grid.getByRole('button', { name: 'Ann, Saw: not allowed' }).waitFor()
  await grid.getByRole('button', { name: 'Guest, Rake: not allowed' }).waitFor()
  await hasCount(grid.getByRole('button', { name: /^Superuser, .*: allowed$/ }), 4)
  await picture(page, 'rules-matrix')
  await assertAccessible(page)
  await press(page, 'Without Cleo')
  await tester(page).getByText(/of 16 cases allowed/).waitFor()
  await grid.getByRole('button', { name: 'Guest, Hammer: not allowed' }).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await settles(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Ann, Hammer: allowed')
  await page.keyboard.press('Enter')
  await says(page, 'Ann may update “Hammer”: 200')
  assert.deepEqual(complaints, [])
  await close()
})

test('the matrix can be cancelled, and asks again for a rule that has changed', async () => {
  const { page, close } = await dashboard.open(RULES)
  let held = []
  await page.route('**/explain', (route) => (held ? held.push(route) : route.continue()))
  await tester(page).getByLabel('What', { exact: true }).selectOption('View')
  await tester(page).getByRole('tab', { name: 'Matrix' }).click()
  await press(page, 'Cancel')
  await tester(page).getByText('Cancelled after 0 cases.').waitFor()
  const waiting = held
  held = undefined
  await Promise.all(waiting.map((route) => route.abort().catch(() => undefined)))
  await press(page, 'Ask again')
  await tester(page).getByText('16 of 16 cases allowed.').waitFor()
  await choose(page, 'View', 'Superusers only')
  await tester(page).getByText('The rule has changed since.').waitFor()
  await press(page, 'Ask again')
  await tester(page).getByText('0 of 16 cases allowed.').waitFor()
  await press(page, 'Discard')
  await close()
})

test('a kept case warns before rules are saved that change its verdict', async () => {
  const { page, complaints, close } = await dashboard.open(RULES)
  await ask(page, 'Delete', undefined, 'Rake')
  await says(page, 'A guest may not delete “Rake”: 403')
  await tester(page).getByLabel('Name of the case').fill('strangers delete nothing')
  await press(page, 'Save the case')
  await tester(page).getByText('strangers delete nothing is kept').waitFor()
  await choose(page, 'Delete', 'Custom')
  await page.getByLabel('Rule: Delete').fill('title != ""')
  await tester(page).getByRole('tab', { name: 'Saved cases' }).click()
  await tester(page).getByText(/A guest may not delete “Rake”: now allowed/).waitFor()
  await assertAccessible(page)

  await press(page, 'Save')
  await page.getByText('A guest may now delete “Rake” of tools').waitFor()
  await picture(page, 'rules-verdict-changes')
  await assertAccessible(page)
  await press(page, 'Go back')
  assert.equal((await pb.collections.getOne('tools')).deleteRule, null)
  await press(page, 'Save')
  await press(page, 'Save anyway')
  await page.getByText('tools is saved').waitFor()
  assert.equal((await pb.collections.getOne('tools')).deleteRule, 'title != ""')

  // What is expected is kept over visits, and can be another one.
  await page.reload()
  await tester(page).getByRole('tab', { name: 'Saved cases' }).click()
  await press(page, 'Expect this')
  await tester(page).getByText(/A guest may delete “Rake”: as expected/).waitFor()
  await press(page, 'Forget strangers delete nothing')
  await tester(page).getByText(/No saved cases yet/).waitFor()
  await pb.collections.update('tools', { deleteRule: null })
  assert.deepEqual(complaints, [])
  await close()
})

test('a case that cannot be asked before is asked once the rule is saved', async () => {
  const made = await pb.collections.create({ name: 'drafts', type: 'base', fields: [{ name: 'title', type: 'text' }], viewRule: '' })
  await pb.collection('drafts').create({ title: 'One' })
  const { page, close } = await dashboard.open('#/collections/drafts/settings/rules')
  await ask(page, 'View', undefined, 'One')
  await says(page, 'A guest may view “One”: 200')
  await tester(page).getByLabel('Name of the case').fill('all see it')
  await press(page, 'Save the case')
  await page.getByRole('tab', { name: 'Fields' }).click()
  await page.getByLabel('Name of a new field').fill('is_open')
  await page.getByLabel('Name of a new field').press('Enter')
  await page.getByRole('tab', { name: 'Rules' }).click()
  await choose(page, 'View', 'Custom')
  await page.getByLabel('Rule: View').fill('is_open = true')
  await press(page, 'Save')
  await page.getByText('A guest may no longer view “One” of drafts (all see it)').waitFor()
  assert.equal((await pb.collections.getOne(made.id)).viewRule, 'is_open = true')
  await close()
})

test('presets that fit are offered, and tell what they set before they do', async () => {
  const { page, complaints, close } = await dashboard.open(RULES)
  await press(page, 'Presets: Delete')
  await picture(page, 'rules-presets')
  await assertAccessible(page)
  const offered = page.getByRole('dialog', { name: 'Presets: Delete' }).getByRole('button')
  await settles(
    () => offered.locator('span').allTextContents(),
    ['Owner only: owner', 'Verified users', 'Public read, owner writes: owner'],
  )
  await offered.filter({ hasText: 'Owner only' }).click()
  const dialog = page.getByRole('dialog', { name: 'Owner only: owner' })
  await dialog.getByText('@request.auth.id != "" && owner = @request.auth.id').waitFor()
  await dialog.getByText('instead of: Superusers only').waitFor()
  await picture(page, 'rules-preset')
  await assertAccessible(page)
  await press(page, 'Set this rule')
  await hasValue(page.getByLabel('Rule: Delete'), '@request.auth.id != "" && owner = @request.auth.id')
  await press(page, 'Presets: List')
  await page.getByRole('button', { name: /^Public read, owner writes/ }).click()
  await press(page, 'Set these 5 rules')
  await hasValue(page.getByLabel('Rule: Update'), '@request.auth.id != "" && owner = @request.auth.id && @request.body.owner:changed = false')
  await press(page, 'Discard')
  assert.deepEqual(complaints, [])
  await close()
})

test('what records and rules hold is shown as text', async () => {
  const { page, complaints, close } = await dashboard.open(RULES)
  await ask(page, 'View', undefined, 'onerror')
  await choose(page, 'View', 'Custom')
  await page.getByLabel('Rule: View').fill('title = "<b onclick=alert(1)>" || title ~ "img"')
  await says(page, `A guest may view “${HOSTILE}”: 200`)
  await tester(page).getByText('title = "<b onclick=alert(1)>"', { exact: true }).waitFor()
  await hasCount(tester(page).locator('img, b'), 0)
  assert.match(await page.title(), /tools/)
  await press(page, 'Discard')
  assert.deepEqual(complaints, [])
  await close()
})

test('a custom rule has the focus at once, completes names, and marks what is wrong at its place', async () => {
  const { page, complaints, close } = await dashboard.open(RULES)
  await choose(page, 'Delete', 'Custom')
  const rule = page.getByLabel('Rule: Delete')
  await settles(() => rule.evaluate((input) => input.isContentEditable && input.matches(':focus')), true)
  await page.keyboard.type('own')
  await page.getByRole('option', { name: /^owner/ }).waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.type(' = nowhere')
  await page.getByText(/There is no field .?nowhere.?/).first().waitFor()
  await settles(() => rule.getAttribute('aria-invalid'), 'true')
  await press(page, 'Save')
  await page.getByRole('tab', { name: /Rules/ }).getByLabel('has errors').waitFor()
  await settles(() => rule.evaluate((input) => input.matches(':focus')), true)
  await assertAccessible(page)
  await press(page, 'Discard')
  assert.deepEqual(complaints, [])
  await close()
})

test('without records and with accounts of several kinds there is still something to try', async () => {
  await pb.collections.create({ name: 'agents', type: 'auth' })
  await pb.collections.create({ name: 'blanks', type: 'base', listRule: '@request.auth.id != ""' })
  const { page, close } = await dashboard.open('#/collections/blanks/settings/rules')
  await says(page, 'A guest may list records: 200')
  await tester(page).getByText(/Choose a record to see the clauses at work/).waitFor()
  await tester(page).getByText('Account', { exact: true }).click()
  await hasValue(tester(page).getByLabel('Accounts of'), 'users')
  await says(page, 'Ann may list records: 200')
  await tester(page).getByLabel('Accounts of').selectOption('agents')
  await tester(page).getByText('There are no records in agents yet.').waitFor()
  await tester(page).getByLabel('What', { exact: true }).selectOption('View')
  await tester(page).getByText('There are no records in blanks yet.').waitFor()
  await tester(page).getByRole('tab', { name: 'Matrix' }).click()
  await tester(page).getByText('There are no records in blanks yet.').waitFor()
  await close()
  await pb.collections.delete('agents')
})

test('a new collection says when its rules can be tried', async () => {
  const { page, close } = await dashboard.open('#/new-collection')
  await page.getByRole('tab', { name: 'Rules' }).click()
  await page.getByText('Rules can be tested here once the collection exists.').waitFor()
  await close()
})

test('accounts are tried too: whether they sign in, and who manages them', async () => {
  const { page, close } = await dashboard.open('#/collections/users/settings/rules')
  await tester(page).getByLabel('What', { exact: true }).selectOption('Sign in')
  await pick(page, 'Record', 'Cleo')
  await says(page, '“Cleo” may sign in: 200')
  await press(page, 'Presets: Sign in')
  await page.getByRole('button', { name: /^Verified addresses/ }).click()
  await press(page, 'Set this rule')
  await says(page, '“Cleo” may not sign in: 403')
  await press(page, 'Discard')
  await close()
})

test('on a phone the tester lies below the rules, without scrolling sideways', async () => {
  const { page, complaints, close } = await dashboard.open(RULES, { viewport: PHONE, hasTouch: true, isMobile: true })
  await ask(page, 'Update', 'Ann', 'Saw')
  await says(page, 'Ann may not update “Saw”: 404')
  const sideways = () => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  assert.equal(await sideways(), false)
  await assertAccessible(page)
  await tester(page).getByRole('tab', { name: 'Matrix' }).click()
  await tester(page).getByText(/of 16 cases allowed/).waitFor()
  assert.equal(await sideways(), false)
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})
