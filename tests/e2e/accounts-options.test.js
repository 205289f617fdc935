// How the accounts of a collection sign in, and the mails that they get, set in the dashboard.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startMail } from '../sdk/support/mail.js'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasValue } from './support/settles.js'

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
})
after(async () => { await dashboard?.stop() })

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const turn = (page, name) => page.getByRole('switch', { name, exact: true }).click()

test('ways to sign in are turned on, and what is missing is said at its place', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/users/settings/auth')
  await turn(page, 'Second factor')
  await page.getByText('It takes two ways to sign in').waitFor()
  await press(page, 'Save')
  await page.getByRole('tab', { name: /Sign-in/ }).getByLabel('has errors').waitFor()
  await turn(page, 'One-time codes')
  await page.getByLabel('A code is good for', { exact: true }).fill('5')
  await page.getByLabel('Digits').fill('6')
  await press(page, 'Not after another service')
  await page.getByLabel('A session', { exact: true }).fill('2')
  await page.getByLabel('Unit: A session').selectOption('hours')
  await press(page, 'Make name unique')
  await page.getByLabel('name', { exact: true }).check()

  await turn(page, 'Other services')
  await page.getByLabel('Add a service').selectOption({ label: 'GitHub' })
  await press(page, 'Save')
  await page.getByText('Cannot be blank.').first().waitFor()
  await picture(page, 'collection-sign-in')
  await assertAccessible(page)
  await page.getByLabel('Client id').fill('my-app')
  await page.getByLabel('Client secret').fill('hush')
  await page.getByLabel('Add a service').selectOption({ label: 'OIDC' })
  await page.getByLabel('Issuer').fill('https://id.example.com')
  await page.getByLabel('Client id').last().fill('other')
  await page.getByLabel('Client secret').last().fill('hush too')
  await press(page, 'Save')
  await page.getByText('users is saved').waitFor()

  const users = await pb.collections.getOne('users')
  assert.deepEqual(users.passwordAuth.identityFields, ['email', 'name'])
  assert.deepEqual([users.otp.duration, users.otp.length, users.authToken.duration], [300, 6, 7200])
  assert.deepEqual([users.mfa.enabled, users.mfa.rule], [true, '@request.context != "oauth2"'])
  assert.deepEqual(users.oauth2.providers.map(({ name, clientId }) => [name, clientId]), [['github', 'my-app'], ['oidc', 'other']])
  assert.deepEqual(users.oauth2.providers[1].extra, { issuer: 'https://id.example.com' })
  assert.deepEqual(complaints, [])
  await close()
})

test('a secret that is not typed again stays, and is never shown', async () => {
  const { page, close } = await dashboard.open('#/collections/users/settings/auth')
  await press(page, 'Settings of GitHub')
  await hasValue(page.getByLabel('Client secret'), '')
  await page.getByLabel('Name on the button').fill('Octocat')
  await press(page, 'Save')
  await page.getByText('users is saved').waitFor()
  assert.equal((await pb.collections.getOne('users')).oauth2.providers[0].displayName, 'Octocat')
  await close()
})

test('everybody is signed out at once', async () => {
  await pb.collection('users').create({ email: 'ann@example.com', name: 'ann', password: 'correct horse', passwordConfirm: 'correct horse', verified: true })
  await pb.collections.update('users', { mfa: { enabled: false } })
  const guest = dashboard.server.guest()
  await guest.collection('users').authWithPassword('ann', 'correct horse')
  const { page, close } = await dashboard.open('#/collections/users/settings/auth', { viewport: PHONE })
  await press(page, 'Sign everybody out…')
  await assertAccessible(page)
  await press(page, 'Sign everybody out')
  await page.getByText('Everybody of users is signed out').waitFor()
  await assert.rejects(guest.collection('users').authRefresh(), (error) => error.status === 401)
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  assert.equal(sideways, false)
  await close()
})

test('a mail is written with what stands for something, looked at and tried', async () => {
  const mailbox = await startMail()
  await pb.settings.update({ smtp: { ...mailbox.smtp(), authMethod: '', localName: '' } })
  const { page, complaints, close } = await dashboard.open('#/collections/users/settings/mail')
  await page.getByLabel('Subject').fill('Welcome to ')
  await press(page, '{APP_NAME}')
  const body = page.getByLabel('Text, in HTML')
  await body.fill('<style>b { color: rgb(0, 0, 255) }</style><p style="color: rgb(255, 0, 0)">Hello </p><b onclick="x()">there</b><script>alert(1)</script>')
  await page.getByText('nobody can do anything with it').waitFor()
  await page.getByLabel('Insert a field of the account').selectOption('email')
  await press(page, '{TOKEN}')
  const frame = page.frameLocator('iframe[title="Preview of the mail: Verification"]')
  await frame.getByText('ann@example.com').waitFor()
  const colour = (locator) => locator.evaluate((element) => getComputedStyle(element).color)
  await page.waitForTimeout(300)
  assert.equal(await colour(frame.getByText('Hello')), 'rgb(255, 0, 0)')
  assert.equal(await colour(frame.getByText('there')), 'rgb(0, 0, 255)')
  await page.getByText('what you changed is not in it yet').waitFor()
  await page.getByRole('group', { name: 'Colours' }).getByText('Dark').click()
  await page.getByRole('group', { name: 'Width' }).getByText('Phone').click()
  await picture(page, 'collection-mail')
  await assertAccessible(page)
  await press(page, 'Save')
  await page.getByText('users is saved').waitFor()
  await page.getByLabel('Send one to try').fill('try@example.com')
  await press(page, 'Send')
  await page.getByText('Sent to try@example.com.').waitFor()
  const mail = await mailbox.waitForMail('try@example.com')
  assert.equal(mail.subject, 'Welcome to Acme')
  assert.deepEqual(complaints, [])
  await close()
  await mailbox.stop()
})
