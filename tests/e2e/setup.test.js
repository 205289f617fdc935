import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startProcess } from '../sdk/support/process.js'
import { assertAccessible } from './support/accessible.js'
import { PHONE, openPage, picture, startBrowser } from './support/browser.js'
import { countClicks } from './support/clicks.js'
import { hasValue } from './support/settles.js'

const SETUP = /http:\/\/127\.0\.0\.1:\d+\/_\/#\/pbinstall\/[\w.-]+/
const EMAIL = 'you@example.com'
const PASSWORD = 'correct horse'

let server
let browser

before(async () => {
  server = await startProcess()
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

test('the set-up link makes the first superuser, once', async () => {
  const link = await server.said(SETUP)
  const { page, complaints, close } = await openPage(browser)
  await page.goto(link)
  await page.getByRole('heading', { name: 'Create the first superuser' }).waitFor()
  await picture(page, 'set-up')

  // What is wrong is said beside the field, and what was typed stays.
  await page.getByLabel('E-mail').fill('you@example.com')
  await page.getByLabel('Password', { exact: true }).fill('short')
  await page.getByLabel('Repeat the password').fill('short')
  await page.getByRole('button', { name: 'Create superuser' }).click()
  await page.getByText('Must be at least 8 character(s).').waitFor()
  await hasValue(page.getByLabel('E-mail'), 'you@example.com')
  await picture(page, 'set-up-refused')

  await page.getByLabel('Password', { exact: true }).fill('correct horse')
  await page.getByLabel('Repeat the password').fill('correct horse')
  await page.getByRole('button', { name: 'Create superuser' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await page.getByText('you@example.com').waitFor()
  await picture(page, 'home-first')
  await assertAccessible(page)

  const signedIn = await fetch(`${server.url}/api/collections/_superusers/auth-with-password`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ identity: 'you@example.com', password: 'correct horse' }),
  })
  assert.equal(signedIn.status, 200)

  await page.goto('about:blank')
  await page.goto(link)
  await page.getByRole('heading', { name: 'This set-up link has expired or was used already' }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

/** From the set-up link of a server of its own to a page that is signed in, with its clicks counted. */
async function newcomer() {
  const own = await startProcess()
  const link = await own.said(SETUP)
  const { page, complaints, close } = await openPage(browser)
  await page.goto(link)
  const clicks = await countClicks(page)
  await page.getByLabel('E-mail').fill(EMAIL)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByLabel('Repeat the password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Create superuser' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  const ask = async (path, options) =>
    (await fetch(`${own.url}/api/${path}`, { ...options, headers: { 'Content-Type': 'application/json', ...options?.headers } })).json()
  return {
    page,
    clicks,
    /** A collection as it is stored. */
    async collection(name) {
      const { token } = await ask('collections/_superusers/auth-with-password', { method: 'POST', body: JSON.stringify({ identity: EMAIL, password: PASSWORD }) })
      return ask(`collections/${name}`, { headers: { Authorization: token } })
    },
    async leave() {
      assert.deepEqual(complaints, [])
      await close()
      await own.stop()
    },
  }
}

test('from the set-up link two related collections with rules are made from nothing, in a few clicks', async (t) => {
  const { page, clicks, collection, leave } = await newcomer()
  const press = (name) => page.getByRole('button', { name, exact: true }).click()
  const choose = (operation, who) => page.getByRole('group', { name: `Who: ${operation}` }).getByText(who, { exact: true }).click()
  const make = async (name, fields, rules) => {
    await page.getByRole('link', { name: 'New collection' }).first().click()
    await page.getByLabel('Name', { exact: true }).fill(name)
    for (const field of fields) {
      await page.getByLabel('Name of a new field').fill(field)
      await page.keyboard.press('Enter')
    }
    await page.getByRole('tab', { name: 'Rules' }).click()
    for (const [operation, who] of rules) await choose(operation, who)
    await press('Create')
    await page.getByRole('heading', { name, exact: true }).waitFor()
  }
  const read = [['List', 'Everyone'], ['View', 'Everyone']]
  await make('authors', ['name'], read)
  await make('posts', ['title', 'body', 'author'], [...read, ['Create', 'Signed-in users']])
  t.diagnostic(`${clicks()} clicks`)
  assert.ok(clicks() > 5 && clicks() <= 14, `${clicks()} clicks`)
  const [authors, posts] = [await collection('authors'), await collection('posts')]
  assert.deepEqual(
    posts.fields.map(({ name, type }) => `${name} ${type}`),
    ['id text', 'title text', 'body editor', 'author relation', 'created autodate', 'updated autodate'],
  )
  assert.equal(posts.fields[3].collectionId, authors.id)
  assert.deepEqual(
    [posts.listRule, posts.viewRule, posts.createRule, posts.updateRule],
    ['', '', '@request.auth.id != ""', null],
  )
  await leave()
})

test('from the set-up link a template makes them in fewer', async (t) => {
  const { page, clicks, collection, leave } = await newcomer()
  await page.getByRole('link', { name: 'New collection' }).first().click()
  await page.getByRole('button', { name: 'Posts with authors' }).click()
  await page.getByRole('button', { name: 'Make 2 collections' }).click()
  await page.getByRole('heading', { name: 'posts', exact: true }).waitFor()
  t.diagnostic(`${clicks()} clicks`)
  assert.ok(clicks() > 0 && clicks() <= 5, `${clicks()} clicks`)
  const { fields, createRule } = await collection('posts')
  assert.equal(fields.find(({ name }) => name === 'author').collectionId, (await collection('authors')).id)
  assert.match(createRule, /author\.account = @request\.auth\.id/)
  await leave()
})

test('who signs in with a wrong password is told, and in with the right one', async () => {
  const { page, complaints, close } = await openPage(browser)
  server.run('superuser', 'upsert', 'root@example.com', 'correct horse')
  await page.goto(`${server.url}/_/#/collections/users`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await picture(page, 'sign-in')
  await assertAccessible(page)
  await page.getByLabel('E-mail').fill('root@example.com')
  await page.getByLabel('Password').fill('wrong horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('No superuser has this address and password').waitFor()
  await hasValue(page.getByLabel('Password'), 'wrong horse')
  await picture(page, 'sign-in-refused')
  await page.getByLabel('Password').fill('correct horse')
  await page.keyboard.press('Enter')
  // The address that was asked for is the page that comes.
  await page.getByRole('heading', { name: 'users', exact: true }).waitFor()

  await page.reload()
  await page.getByRole('heading', { name: 'users', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('a forgotten password is asked for, and nothing is told of who has an account', async () => {
  const { page, complaints, close } = await openPage(browser, { viewport: PHONE })
  await page.goto(`${server.url}/_/`)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('E-mail').fill('nobody@example.com')
  await page.getByRole('button', { name: 'Send the mail' }).click()
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor()
  await picture(page, 'forgotten-sent')
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})
