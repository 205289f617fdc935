// The settings in the dashboard: each page changes what it says, keeps what is secret, and tells what is refused.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { EMAIL, PASSWORD } from '../sdk/support/server.js'
import { startMail } from '../sdk/support/mail.js'
import { assertAccessible } from './support/accessible.js'
import { startBucket } from './support/bucket.js'
import { PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { EMOJI, HEBREW, MARKUP, UNBROKEN } from './support/library.js'
import { hasCount, hasValue, settles } from './support/settles.js'

const ACCENT = '#1055c9'

let dashboard
let pb
let mail
let bucket
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
  mail = await startMail({ user: 'sender', password: 'right', refuse: (to) => (to.startsWith('nobody') ? '550 no such user here' : undefined) })
  bucket = await startBucket()
})
after(async () => {
  await dashboard?.stop()
  await mail?.stop()
  await bucket?.stop()
})

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const turn = (page, name) => page.getByRole('switch', { name, exact: true }).click()
const field = (page, name) => page.getByLabel(name, { exact: true })
const row = (page, path) => page.locator(`[data-path="${path}"]`)

async function open(section, options) {
  const opened = await dashboard.open(`#/settings/${section}`, options)
  opened.page.setDefaultTimeout(10_000)
  await opened.page.getByRole('button', { name: section === 'superusers' ? 'Add a superuser' : 'Save', exact: true }).waitFor()
  return opened
}

async function save(page) {
  await press(page, 'Save')
  await page.getByText('Saved. It counts from the next request on.').waitFor()
}

/** What was sent by the next press on Save. */
async function sentBy(page, act) {
  const [request] = await Promise.all([page.waitForRequest((one) => one.method() === 'PATCH'), act()])
  return request.postDataJSON()
}

test('the application gets a name, and only what was changed is sent', async () => {
  const { page, complaints, close } = await open('application')
  await field(page, 'Name').fill('Notes & Queries')
  await page.getByText('Not saved: Name').waitFor()
  const sent = await sentBy(page, () => save(page))
  assert.deepEqual(sent, { meta: { appName: 'Notes & Queries' } })
  await page.getByRole('navigation', { name: 'Dashboard' }).getByText('Notes & Queries').waitFor()
  await turn(page, 'Batches')
  await field(page, 'Size of the request').fill('20 MiB')
  await field(page, 'Writes in one request').fill('7')
  await page.keyboard.press('Control+s')
  await page.getByText('Saved. It counts').waitFor()
  const { batch } = await pb.settings.getAll()
  assert.deepEqual(batch, { enabled: true, maxRequests: 7, timeout: 3, maxBodySize: 20 * 1024 ** 2 })

  await press(page, 'Name: back to “Acme”')
  await save(page)
  await page.getByRole('navigation', { name: 'Dashboard' }).getByText('Tuckbox').waitFor()
  await picture(page, 'settings-application')
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('what is refused stands beside its input, nothing is saved, and what was typed stays', async () => {
  const { page, complaints, close } = await open('application')
  await field(page, 'Address').fill('nowhere')
  await field(page, 'Headers with the client’s address').fill('X-Real-IP')
  await field(page, 'Where superusers may come from').fill('127.0.0.1\nmy house')
  await press(page, 'Save')
  await page.getByText('Nothing is saved: look at what is marked.').waitFor()
  await row(page, 'superuserIPs').getByText(/^Entry 2: /).waitFor()
  await settles(() => field(page, 'Address').evaluate((input) => input === document.activeElement), true)
  await hasValue(field(page, 'Address'), 'nowhere')
  await picture(page, 'settings-refused')
  await assertAccessible(page)
  assert.deepEqual((await pb.settings.getAll()).trustedProxy.headers, [])
  await field(page, 'Address').fill('https://notes.example.com')
  await hasCount(row(page, 'meta.appURL').locator('[aria-invalid]'), 0)
  await field(page, 'Writes in one request').fill('many')
  await press(page, 'Save')
  await page.getByText('Type a whole number.').waitFor()
  await press(page, 'Discard')
  await hasValue(field(page, 'Writes in one request'), '7')
  assert.deepEqual(complaints, [])
  await close()
})

test('one is told before one locks oneself out, and which proxy seems to be there', async () => {
  const { page, complaints, close } = await open('application', { extraHTTPHeaders: { 'X-Forwarded-For': '203.0.113.7' } })
  await page.getByText('Your address is seen as 127.0.0.1.').waitFor()
  await press(page, 'Trust X-Forwarded-For')
  await hasValue(field(page, 'Headers with the client’s address'), 'X-Forwarded-For')
  await field(page, 'Where superusers may come from').fill('10.0.0.0/8')
  await page.getByText('You would lock yourself out.').waitFor()
  await picture(page, 'settings-locked-out')
  await assertAccessible(page)
  await press(page, 'Add 127.0.0.1')
  await hasValue(field(page, 'Where superusers may come from'), '10.0.0.0/8\n127.0.0.1')
  await hasCount(page.getByText('You would lock yourself out.'), 0)
  await press(page, 'Discard')
  assert.deepEqual(complaints, [])
  await close()
})

test('the accent that was chosen colours the dashboard, readable in light and dark', async () => {
  const { page, complaints, close } = await open('application')
  const accent = () => page.evaluate(() => document.documentElement.style.getPropertyValue('--accent'))
  assert.equal(await accent(), '')
  await field(page, 'Accent colour').fill('#ffee00')
  await page.getByText(/^Contrast 1\.2 : 1 on white.*darker in the light/).waitFor()
  await save(page)
  await settles(async () => (await accent()).startsWith('light-dark(#'), true)
  await assertAccessible(page)
  await page.reload()
  await page.getByRole('button', { name: 'Save', exact: true }).waitFor()
  await settles(async () => (await accent()).startsWith('light-dark(#'), true)
  await field(page, 'Accent colour').fill('red')
  await press(page, 'Save')
  await row(page, 'meta.accentColor').locator('[aria-invalid]').waitFor()
  await press(page, `Accent colour: back to “${ACCENT}”`)
  await save(page)
  await settles(accent, '')
  assert.deepEqual(complaints, [])
  await close()
})

test('what changes collections is out of sight where that is wanted', async () => {
  const { page, complaints, close } = await open('application')
  await turn(page, 'Hide what changes collections')
  await save(page)
  await hasCount(page.getByRole('link', { name: 'New collection' }), 0)
  await turn(page, 'Hide what changes collections')
  await save(page)
  await hasCount(page.getByRole('link', { name: 'New collection' }), 1)
  assert.deepEqual(complaints, [])
  await close()
})

test('mails are sent by the server that was set, and its words are told where it refuses', async () => {
  const { page, complaints, close } = await open('mail')
  await field(page, 'Sender’s name').fill('Notes')
  await turn(page, 'Send by SMTP')
  await field(page, 'Host').fill('127.0.0.1')
  await field(page, 'Port').fill(String(mail.port))
  await field(page, 'User name').fill('sender')
  await press(page, 'Replace: Password')
  await field(page, 'Password').fill('wrong')
  await page.getByText('It is sent as the settings are saved').waitFor()
  await save(page)
  await press(page, 'Send')
  await page.getByText(/User name or password are not what the server expects/).waitFor()
  await page.getByText(/535.*wrong user or password/).waitFor()
  await picture(page, 'settings-mail-failed')
  await assertAccessible(page)

  await press(page, 'Replace: Password')
  await field(page, 'Password').fill('right')
  await save(page)
  // What was not typed stays, secrets too.
  await field(page, 'Sender’s address').fill('notes@example.com')
  assert.deepEqual(await sentBy(page, () => save(page)), { meta: { senderAddress: 'notes@example.com' } })
  await field(page, 'Mail').selectOption({ label: 'Code' })
  await field(page, 'Send it to').fill('ann@example.com')
  await press(page, 'Send')
  await page.getByText('The mail server took it, for ann@example.com.').waitFor()
  const came = await mail.waitForMail('ann@example.com')
  assert.equal(came.from.text, '"Notes" <notes@example.com>')
  await page.getByTitle('Preview of the mail: Code').contentFrame().getByText('48215093').waitFor()
  await picture(page, 'settings-mail')

  await field(page, 'Send it to').fill('nobody@example.com')
  await press(page, 'Send')
  await page.getByText('550').waitFor()
  await field(page, 'Send it to').fill('no address')
  await press(page, 'Send')
  await settles(() => field(page, 'Send it to').getAttribute('aria-invalid'), 'true')

  await press(page, 'Clear: Password')
  await page.getByText('Removed with the next save.').waitFor()
  assert.deepEqual(await sentBy(page, () => save(page)), { smtp: { password: '' } })
  await page.getByText('Stays as it is stored').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('files go to a bucket once it works, and what its service says is told', async () => {
  const { page, complaints, close } = await open('storage')
  await turn(page, 'Keep files in a bucket')
  await page.getByText('No file is moved by this.').waitFor()
  await press(page, 'Save')
  await row(page, 's3.bucket').locator('[aria-invalid]').waitFor()
  await picture(page, 'settings-storage-refused')
  await field(page, 'Endpoint').fill(bucket.endpoint)
  await field(page, 'Bucket').fill('files')
  await field(page, 'Region').fill('eu-central-1')
  await field(page, 'Access key').fill('key')
  await press(page, 'Replace: Secret')
  await field(page, 'Secret').fill('hush')
  await turn(page, 'Bucket in the path')
  await save(page)
  await press(page, 'Try the bucket')
  await page.getByText('The bucket works').waitFor()
  assert.ok(bucket.asked.some((one) => one.startsWith('PUT /files/')))
  await assertAccessible(page)

  bucket.refusal = { status: 403, code: 'AccessDenied', message: 'Not for you.' }
  await press(page, 'Try the bucket')
  await page.getByText('The bucket does not work: AccessDenied.').waitFor()
  await page.getByText('Not for you.').waitFor()
  await picture(page, 'settings-storage-failed')
  await assertAccessible(page)
  await turn(page, 'Keep files in a bucket')
  await save(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('rules that limit requests are written, ordered and begun with a set', async () => {
  const { page, complaints, close } = await open('limits')
  await turn(page, 'Limit requests')
  await hasCount(page.getByLabel(/^What rule \d+ limits$/), 4)
  await press(page, 'Move rule 2 up')
  await hasValue(field(page, 'What rule 1 limits'), '*:create')
  await press(page, 'Remove rule 3')
  await press(page, 'Add a rule')
  await settles(() => field(page, 'What rule 4 limits').evaluate((input) => input === document.activeElement), true)
  await page.keyboard.type('users:create')
  await field(page, 'For whom rule 4 is').selectOption({ label: 'Guests' })
  await field(page, 'Requests of rule 4').fill('5')
  await field(page, 'Seconds of rule 4').fill('60')
  await field(page, 'Never limited').fill('10.0.0.0/8')
  await save(page)
  const { rateLimits } = await pb.settings.getAll()
  assert.deepEqual(rateLimits.rules.map(({ label }) => label), ['*:create', '*:auth', '/api/', 'users:create'])
  assert.deepEqual(rateLimits.rules[3], { label: 'users:create', audience: '@guest', duration: 60, maxRequests: 5 })
  assert.deepEqual(rateLimits.excludedIPs, ['10.0.0.0/8'])

  await field(page, 'What rule 4 limits').fill('/api/')
  await page.getByText('It contradicts rule 3').waitFor()
  await press(page, 'Save')
  await page.getByText('Nothing is saved').waitFor()
  await picture(page, 'settings-limits-refused')
  await assertAccessible(page)
  await field(page, 'What rule 4 limits').fill('a b c')
  await press(page, 'Save')
  await page.getByText('A path (/api/), a method and a path').waitFor()
  await press(page, 'Careful')
  await hasCount(page.getByLabel(/^What rule \d+ limits$/), 8)
  await turn(page, 'Limit requests')
  await save(page)
  await picture(page, 'settings-limits')
  assert.deepEqual(complaints, [])
  await close()
})

test('superusers are added, get passwords and go; the last one stays', async () => {
  const { page, complaints, close } = await open('superusers')
  const list = page.getByRole('list', { name: /superusers?$/ })
  await hasCount(list.getByRole('listitem'), 1)
  assert.ok(await page.getByRole('button', { name: 'The last superuser stays' }).isDisabled())
  await press(page, 'Add a superuser')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('E-mail').fill('dilek@example.com')
  await dialog.getByLabel('Password', { exact: true }).fill('short')
  await dialog.getByLabel('Repeat the password').fill('short')
  await press(dialog, 'Add')
  await dialog.getByText(/at least 8/i).last().waitFor()
  await assertAccessible(page)
  await dialog.getByLabel('Password', { exact: true }).fill('a long password')
  await dialog.getByLabel('Repeat the password').fill('a long password')
  await press(dialog, 'Add')
  await page.getByText('dilek@example.com is a superuser now.').waitFor()
  await hasCount(list.getByRole('listitem'), 2)
  await picture(page, 'settings-superusers')
  await assertAccessible(page)

  await press(page, 'Change the password of dilek@example.com')
  await dialog.getByLabel('New password').fill('another long password')
  await dialog.getByLabel('Repeat the password').fill('another long password')
  await press(dialog, 'Change')
  await page.getByText('The password of dilek@example.com is changed.').waitFor()
  await dashboard.server.guest().collection('_superusers').authWithPassword('dilek@example.com', 'another long password')

  // One's own password: the page goes on.
  await press(page, `Change the password of ${EMAIL}`)
  await dialog.getByLabel('New password').fill(PASSWORD)
  await dialog.getByLabel('Repeat the password').fill(PASSWORD)
  await press(dialog, 'Change')
  await page.getByText('Your password is changed.').waitFor()
  pb = await dashboard.server.superuser()

  await press(page, 'Remove dilek@example.com')
  await picture(page, 'settings-superusers-remove')
  await press(dialog, 'Remove')
  await page.getByText('dilek@example.com is no superuser any more.').waitFor()
  await hasCount(list.getByRole('listitem'), 1)
  assert.deepEqual(complaints, [])
  await close()
})

test('leaving asks, a draft is offered again, and nothing typed is lost when the session ends', async () => {
  const { page, complaints, close } = await open('application')
  await field(page, 'Name').fill('Half a name')
  await page.getByRole('link', { name: 'Mail', exact: true }).click()
  await page.getByRole('dialog').getByText('Not saved: Name.').waitFor()
  await assertAccessible(page)
  await press(page, 'Stay')
  await hasValue(field(page, 'Name'), 'Half a name')

  // The window goes without an answer.
  page.once('dialog', (asked) => void asked.accept())
  await page.reload()
  await page.getByText('You typed here before and did not save it').waitFor()
  await press(page, 'Take it up')
  await hasValue(field(page, 'Name'), 'Half a name')

  await pb.collection('_superusers').update(pb.authStore.record.id, { password: PASSWORD, passwordConfirm: PASSWORD })
  pb = await dashboard.server.superuser()
  await press(page, 'Save')
  await page.getByRole('heading', { name: 'Your session ended' }).waitFor()
  await picture(page, 'settings-session-ended')
  await page.getByRole('dialog').getByLabel('Password').fill(PASSWORD)
  await press(page.getByRole('dialog'), 'Sign in')
  await hasCount(page.getByRole('dialog'), 0)
  await hasValue(field(page, 'Name'), 'Half a name')
  await save(page)
  assert.equal((await pb.settings.getAll()).meta.appName, 'Half a name')

  await field(page, 'Name').fill('Gone')
  await page.getByRole('link', { name: 'Mail', exact: true }).click()
  await press(page, 'Leave')
  await page.getByRole('heading', { level: 1, name: 'Mail' }).waitFor()
  await pb.settings.update({ meta: { appName: 'Acme' } })
  assert.deepEqual(complaints, [])
  await close()
})

test('what somebody else saves meanwhile is not written over', async () => {
  const { page, complaints, close } = await open('application')
  await field(page, 'Name').fill('Mine')
  await pb.settings.update({ meta: { appName: 'Theirs', appURL: 'https://theirs.example.com' } })
  await press(page, 'Save')
  await page.getByText('Name: now “Theirs”, yours “Mine”').waitFor()
  await picture(page, 'settings-disputed')
  await assertAccessible(page)
  assert.equal((await pb.settings.getAll()).meta.appName, 'Theirs')
  await press(page, 'Keep mine')
  await hasValue(field(page, 'Address'), 'https://theirs.example.com')
  await save(page)
  assert.equal((await pb.settings.getAll()).meta.appName, 'Mine')

  // Nothing is typed: it is shown as it is, once the window is looked at again.
  await pb.settings.update({ meta: { appName: 'Acme' } })
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await page.getByText('Changed elsewhere meanwhile, and shown as it is now: Name.').waitFor()
  await hasValue(field(page, 'Name'), 'Acme')
  assert.deepEqual(complaints, [])
  await close()
})

test('one goes to a setting by the palette, and to the settings by their keys', async () => {
  const { page, complaints, close } = await dashboard.open('#/')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await page.getByRole('heading', { level: 1, name: 'Application' }).waitFor()
  await settles(() => page.title(), 'Application · Tuckbox')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('sender’s addr')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await settles(() => field(page, 'Sender’s address').evaluate((input) => input === document.activeElement), true)
  assert.deepEqual(complaints, [])
  await close()
})

test('on a phone the pages fit, are gone through by a list, and take hostile texts', async () => {
  await pb.settings.update({
    meta: { appName: `${MARKUP} ${HEBREW} ${EMOJI}`.slice(0, 200), senderName: UNBROKEN },
    trustedProxy: { headers: [UNBROKEN, MARKUP] }, rateLimits: { enabled: true },
    smtp: { username: UNBROKEN },
  })
  const { page, complaints, close } = await open('application', { viewport: PHONE, hasTouch: true })
  for (const [label, name] of [['Application', 'application'], ['Mail', 'mail'], ['Storage', 'storage'], ['Limits', 'limits'], ['Superusers', 'superusers']]) {
    await field(page, 'Page of the settings').selectOption({ label })
    await page.getByRole('heading', { level: 1, name: label }).waitFor()
    if (name === 'mail') await page.locator('iframe').waitFor()
    const wide = () => page.evaluate(() => [...document.querySelectorAll('html, main')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.localName))
    await settles(wide, [], `${name} is wider than a phone`)
    await assertAccessible(page)
    await picture(page, `settings-hostile-${name}`, [PHONE])
  }
  assert.deepEqual(complaints, [])
  await close()
})
