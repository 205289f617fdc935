// The pages behind the links in mails: what a user of an app sees of Tuckbox.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { linkIn, startMail } from '../sdk/support/mail.js'
import { startProcess } from '../sdk/support/process.js'
import { assertAccessible } from './support/accessible.js'
import { PHONE, openPage, picture, startBrowser } from './support/browser.js'
import { hasCount } from './support/settles.js'

const ROOT = { identity: 'root@example.com', password: 'correct horse battery' }
const PASSWORD = 'a long password'

let mail
let server
let browser
let token

before(async () => {
  mail = await startMail()
  server = await startProcess()
  server.run('superuser', 'upsert', ROOT.identity, ROOT.password)
  token = (await call('_superusers/auth-with-password', ROOT)).token
  const settings = { meta: { appURL: server.url }, smtp: mail.smtp() }
  const saved = await fetch(`${server.url}/api/settings`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', Authorization: token },
    body: JSON.stringify(settings),
  })
  assert.equal(saved.status, 200)
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  await server?.stop()
  await mail?.stop()
})

/** Sends to a path below the collections, and gives back what was answered. */
async function call(path, body, authorization = '') {
  const answer = await fetch(`${server.url}/api/collections/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: authorization },
    body: JSON.stringify(body),
  })
  return answer.status === 204 ? { status: 204 } : { status: answer.status, ...(await answer.json()) }
}

const signUp = (email) => call('users/records', { email, password: PASSWORD, passwordConfirm: PASSWORD })
const signIn = (identity, password) => call('users/auth-with-password', { identity, password })

/** A page on which a superuser is signed in, as a dashboard would remember it; it must come to nobody's notice. */
async function openLink(link, options) {
  const opened = await openPage(browser, options)
  const session = JSON.stringify({ token, record: { id: 'x', collectionName: '_superusers' } })
  await opened.page.addInitScript((text) => localStorage.setItem('pocketbase_auth', text), session)
  const authorized = []
  opened.page.on('request', (request) => {
    if (request.headers().authorization) authorized.push(request.url())
  })
  await opened.page.goto(link)
  return {
    ...opened,
    async close() {
      assert.deepEqual(opened.complaints, [])
      assert.deepEqual(authorized, [], 'nobody is signed in on these pages')
      assert.equal(await opened.page.evaluate(() => localStorage.getItem('pocketbase_auth')), session)
      await opened.close()
    },
  }
}

const heading = (page, name) => page.getByRole('heading', { name, exact: true }).waitFor()
const press = (page, name) => page.getByRole('button', { name }).click()

test('opening the link of a verification confirms nothing, the button does', async () => {
  await signUp('ann@example.com')
  await call('users/request-verification', { email: 'ann@example.com' })
  const link = linkIn(await mail.waitForMail('ann@example.com'))
  const verified = async () => (await signIn('ann@example.com', PASSWORD)).record.verified

  const { page, close } = await openLink(link, { viewport: PHONE })
  await heading(page, 'Confirm your e-mail address')
  await page.getByText('ann@example.com').waitFor()
  assert.equal(await verified(), false, 'a scanner of mails may open what it likes')
  await picture(page, 'verification')
  await assertAccessible(page)
  await press(page, 'Confirm address')
  await heading(page, 'Your address is confirmed')
  assert.equal(await verified(), true)
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Your address is confirmed')
  await picture(page, 'verification-done')
  await assertAccessible(page)
  await close()
})

test('a forgotten password is chosen anew, with what is wrong beside its input', async () => {
  await signUp('ben@example.com')
  await call('users/request-password-reset', { email: 'ben@example.com' })
  const link = linkIn(await mail.waitForMail('ben@example.com'))

  const { page, close } = await openLink(link)
  await heading(page, 'Choose a new password')
  const [first, second] = [page.getByLabel('New password', { exact: true }), page.getByLabel('Repeat the new password')]
  await first.fill('short')
  await second.fill('another')
  await press(page, 'Set password')
  await page.locator('[aria-invalid]').first().waitFor()
  const described = await second.getAttribute('aria-describedby')
  assert.match(await page.locator(`[id="${described}"]`).textContent(), /\w/)
  await picture(page, 'reset-refused')
  await assertAccessible(page)

  await first.fill('a better password')
  await second.fill('a better password')
  await press(page, 'Set password')
  await heading(page, 'Your new password is set')
  await picture(page, 'reset-done')
  await assertAccessible(page)
  assert.equal((await signIn('ben@example.com', PASSWORD)).status, 400)
  assert.ok((await signIn('ben@example.com', 'a better password')).token)

  await page.reload()
  await heading(page, 'This link does not work any more')
  await hasCount(page.getByRole('textbox'), 0, 'nobody types into a dead link')
  await picture(page, 'reset-dead')
  await assertAccessible(page)
  await close()
})

test('a new address is confirmed with the password of the account', async () => {
  await signUp('old@example.com')
  const session = await signIn('old@example.com', PASSWORD)
  await call('users/request-email-change', { newEmail: 'new@example.com' }, session.token)
  const link = linkIn(await mail.waitForMail('new@example.com'))

  const { page, close } = await openLink(link, { viewport: PHONE, colorScheme: 'dark' })
  await heading(page, 'Confirm your new e-mail address')
  await page.getByText('new@example.com').waitFor()
  await page.getByLabel('Password of your account').fill('not the password')
  await press(page, 'Change address')
  await page.locator('[aria-invalid]').waitFor()
  await picture(page, 'change-refused')
  await assertAccessible(page)
  await page.getByLabel('Password of your account').fill(PASSWORD)
  await press(page, 'Change address')
  await heading(page, 'Your address is changed')
  await picture(page, 'change-done')
  assert.ok((await signIn('new@example.com', PASSWORD)).token)
  await close()
})

test('an address that another account took meanwhile is told', async () => {
  await signUp('mover@example.com')
  const session = await signIn('mover@example.com', PASSWORD)
  await call('users/request-email-change', { newEmail: 'wanted@example.com' }, session.token)
  const link = linkIn(await mail.waitForMail('wanted@example.com'))
  await signUp('wanted@example.com')

  const { page, close } = await openLink(link)
  await heading(page, 'This address is taken')
  await picture(page, 'change-taken')
  await close()
})

test('links that were cut off, expired or made up are told apart from those that work', async () => {
  const { page, close } = await openLink(`${server.url}/_/#/auth/confirm-password-reset/eyJhbGciOiJIUzI1NiJ9.eyJ0`)
  await heading(page, 'This link is not whole')
  await picture(page, 'broken')
  await assertAccessible(page)

  const claims = { id: 'r', type: 'passwordReset', collectionId: '_pb_users_auth_', email: 'x@example.com', exp: 1 }
  const forged = ['{"alg":"HS256"}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url'))
  await page.goto(`${server.url}/_/#/auth/confirm-password-reset/${forged.join('.')}`)
  await heading(page, 'This link does not work any more')
  await close()
})

test('the window of a sign-in with a provider says how it went, and closes itself where it may', async () => {
  const { page, close } = await openLink(`${server.url}/_/#/auth/oauth2-redirect-failure`)
  await heading(page, 'That did not work')
  await picture(page, 'oauth2-failure')
  await assertAccessible(page)
  const popup = page.waitForEvent('popup')
  await page.evaluate((address) => { window.open(address) }, `${server.url}/_/#/auth/oauth2-redirect-success`)
  const opened = await popup
  if (!opened.isClosed()) await opened.waitForEvent('close')
  await page.goto(`${server.url}/_/#/auth/oauth2-redirect-success`)
  await heading(page, 'That worked')
  await picture(page, 'oauth2-success')
  await close()
})

test('on a phone nothing scrolls sideways, however long an address is', async () => {
  const email = `${'a.rather.long.name.'.repeat(3)}of.somebody@mail.department.example.com`
  const claims = { id: 'r', type: 'verification', collectionId: '_pb_users_auth_', email, exp: 1 }
  const parts = ['{"alg":"HS256"}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url'))
  const { page, close } = await openLink(`${server.url}/_/#/auth/confirm-verification/${parts.join('.')}`, {
    viewport: { width: 360, height: 740 },
  })
  await page.getByText(email).waitFor()
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  assert.equal(sideways, false)
  const { height } = await page.getByRole('button').boundingBox()
  assert.ok(height >= 44, `${height} px are enough for a thumb`)
  await close()
})
