// The example of notes as two people use it: each in a browser of their own, with mails that really arrive.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { linkIn, startMail } from '../sdk/support/mail.js'
import { startProcess } from '../sdk/support/process.js'
import { assertAccessible } from './support/accessible.js'
import { PHONE, openPage, picture, startBrowser } from './support/browser.js'
import { startExample } from './support/example.js'
import { hasCount } from './support/settles.js'

const ROOT = ['root@example.com', 'correct horse battery']
const PASSWORD = 'a long password'

let mail
let server
let example
let browser

before(async () => {
  mail = await startMail()
  server = await startProcess()
  server.run('superuser', 'upsert', ...ROOT)
  await useMailServer()
  example = await startExample('notes', server, ROOT)
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  example?.stop()
  await server?.stop()
  await mail?.stop()
})

async function useMailServer() {
  const send = (method, path, body, token = '') =>
    fetch(`${server.url}/api/${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: token },
      body: JSON.stringify(body),
    })
  const signedIn = await send('POST', 'collections/_superusers/auth-with-password', { identity: ROOT[0], password: ROOT[1] })
  const saved = await send('PATCH', 'settings', { smtp: mail.smtp() }, (await signedIn.json()).token)
  assert.equal(saved.status, 200)
}

const section = (page, name) => page.locator(`section:has(h2:text-is("${name}"))`)
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

async function signUp(page, handle) {
  const here = section(page, 'Sign up')
  await here.getByLabel('E-mail').fill(`${handle}@example.com`)
  await here.getByLabel('Name').fill(handle)
  await here.getByLabel('Password').fill(PASSWORD)
  await press(here, 'Sign up')
}

async function signIn(page, handle, password = PASSWORD) {
  const here = section(page, 'Sign in')
  await here.getByLabel('E-mail').fill(`${handle}@example.com`)
  await here.getByLabel('Password').fill(password)
  await press(here, 'Sign in')
}

/** Opens the link of the mail in another tab, as one does. */
async function followMail(page, email, button) {
  const tab = await page.context().newPage()
  await tab.goto(linkIn(await mail.waitForMail(email)))
  await press(tab, button)
  return tab
}

/** Signed up, confirmed and signed in. */
async function newcomer(handle, options) {
  const opened = await openPage(browser, options)
  const { page } = opened
  await page.goto(example.address)
  await signUp(page, handle)
  const tab = await followMail(page, `${handle}@example.com`, 'Confirm address')
  await tab.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
  await tab.close()
  await signIn(page, handle)
  await page.getByRole('button', { name: 'New note' }).waitFor()
  return opened
}

async function write(page, title, body) {
  await press(page, 'New note')
  const editor = page.getByRole('dialog')
  await editor.getByLabel('Title').fill(title)
  await editor.getByLabel('Text').fill(body)
  await press(editor, 'Save')
  await section(page, 'Mine').getByText(title).waitFor()
}

test('one signs up, is told to confirm the address, does so, and is in', async () => {
  const { page, complaints, close } = await openPage(browser, { viewport: PHONE })
  await page.goto(example.address)
  await section(page, 'Sign up').waitFor()
  await picture(page, 'notes-account')
  await assertAccessible(page)
  await signUp(page, 'ann')
  await page.getByText('A mail is on its way to ann@example.com').waitFor()

  await signIn(page, 'ann', 'not the password')
  await page.locator('#sign-in .error').waitFor()
  await signIn(page, 'ann')
  await page.getByText('Confirm your address first').waitFor()
  await picture(page, 'notes-unconfirmed')
  const tab = await followMail(page, 'ann@example.com', 'Confirm address')
  await tab.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
  // A tab behind another is drawn once a second.
  await tab.close()
  await signIn(page, 'ann')
  await page.getByText('You have written nothing yet.').waitFor()

  await page.reload()
  await page.getByText('You have written nothing yet.').waitFor()
  await press(page, 'Sign out')
  await section(page, 'Sign in').waitFor()

  await press(section(page, 'Sign in'), 'Sign in')
  await page.locator('#sign-in [name=identity][aria-invalid]').waitFor()
  await signUp(page, 'ann')
  await page.locator('#sign-up [name=handle][aria-invalid]').waitFor()
  assert.deepEqual(await page.locator('.error').allTextContents(), ['This is taken already.'], 'and nothing from before')
  await picture(page, 'notes-taken')
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('notes are one’s own until they are shared, and again when they are not', async () => {
  const [ben, cleo] = [await newcomer('ben'), await newcomer('cleo', { viewport: PHONE })]
  await write(ben.page, 'Diary', 'Nobody may read <b>this</b>.')
  await write(ben.page, 'Shopping', 'Milk\nBread')
  await cleo.page.reload()
  await cleo.page.getByText('Nobody shares a note with you.').waitFor()

  await press(ben.page, 'Edit Shopping')
  const editor = ben.page.getByRole('dialog')
  await editor.getByLabel('Name of a reader').fill('nobody_at_all')
  await press(editor, 'Share')
  await editor.getByText('Nobody has the name nobody_at_all.').waitFor()
  await picture(ben.page, 'notes-editor')
  await assertAccessible(ben.page)
  await editor.getByLabel('Name of a reader').fill('cleo')
  await press(editor, 'Share')
  await editor.getByRole('button', { name: 'Stop sharing with cleo' }).waitFor()
  await press(editor, 'Close')
  await ben.page.getByText('read by cleo').waitFor()
  await picture(ben.page, 'notes-mine')
  await assertAccessible(ben.page)

  await cleo.page.reload()
  const shared = section(cleo.page, 'Shared with me')
  await shared.getByText('Shopping').waitFor()
  await shared.getByText('by ben').waitFor()
  await picture(cleo.page, 'notes-shared')
  await hasCount(cleo.page.getByText('Diary'), 0)
  await hasCount(cleo.page.getByRole('button', { name: /^Edit/ }), 0)

  await press(ben.page, 'Edit Shopping')
  await press(editor, 'Stop sharing with cleo')
  await editor.getByRole('button', { name: /^Stop sharing/ }).waitFor({ state: 'detached' })
  await press(editor, 'Close')
  await cleo.page.reload()
  await cleo.page.getByText('Nobody shares a note with you.').waitFor()
  for (const { complaints, close } of [ben, cleo]) {
    assert.deepEqual(complaints, [])
    await close()
  }
})

test('what is typed stays while the server does not answer', async () => {
  const { page, close } = await newcomer('fay')
  await write(page, 'Before', 'One')
  await page.context().setOffline(true)
  await press(page, 'New note')
  const editor = page.getByRole('dialog')
  await editor.getByLabel('Title').fill('After')
  await press(editor, 'Save')
  await editor.getByText('The server did not answer.').waitFor()
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  const message = page.locator('#message', { hasText: 'The server did not answer.' })
  await message.waitFor()
  await page.context().setOffline(false)
  await press(editor, 'Save')
  await section(page, 'Mine').getByText('After').waitFor()
  await message.waitFor({ state: 'detached' })
  await close()
})

test('a note is changed and deleted by its owner', async () => {
  const { page, complaints, close } = await newcomer('dora')
  await write(page, 'Draft', 'One')
  await press(page, 'Edit Draft')
  const editor = page.getByRole('dialog')
  await editor.getByLabel('Title').fill('')
  await press(editor, 'Save')
  await editor.locator('[name=title][aria-invalid]').waitFor()
  await editor.getByLabel('Title').fill('Final')
  await press(editor, 'Save')
  await section(page, 'Mine').getByText('Final').waitFor()
  page.on('dialog', (dialog) => dialog.accept())
  await press(page, 'Edit Final')
  await press(editor, 'Delete')
  await page.getByText('You have written nothing yet.').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('a forgotten password is replaced, and who was signed in is signed out', async () => {
  const { page, close } = await newcomer('emil')
  const other = await openPage(browser)
  await other.page.goto(example.address)
  await section(other.page, 'Sign in').getByLabel('E-mail').fill('emil@example.com')
  await press(other.page, 'I forgot my password')
  const tab = await other.page.context().newPage()
  await tab.goto(linkIn(await mail.waitForMail('emil@example.com')))
  await tab.getByLabel('New password', { exact: true }).fill('another password')
  await tab.getByLabel('Repeat the new password').fill('another password')
  await press(tab, 'Set password')
  await tab.getByRole('heading', { name: 'Your new password is set' }).waitFor()

  await page.reload()
  await section(page, 'Sign in').waitFor()
  await signIn(page, 'emil', 'another password')
  await page.getByText('You have written nothing yet.').waitFor()
  await other.close()
  await close()
})
