// Home of a server that does something: requests, sizes, the last backup, parts, and what is still to set up.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE, picture } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasCount, settles } from './support/settles.js'

let dashboard
let superuser

before(async () => {
  dashboard = await startDashboard()
  superuser = await dashboard.server.superuser()
  await superuser.collections.create({
    name: 'posts',
    type: 'base',
    listRule: '',
    fields: [{ name: 'title', type: 'text' }],
  })
  for (const title of ['one', 'two', 'three']) await superuser.collection('posts').create({ title })
  const guest = dashboard.server.guest()
  for (let times = 0; times < 5; times += 1) await guest.collection('posts').getList(1, 30, { requestKey: null })
  await assert.rejects(guest.collection('nothing').getList())
})

after(async () => {
  await dashboard?.stop()
})

/** The card of Home with a heading. */
const card = (page, name) => page.locator('.card').filter({ has: page.getByRole('heading', { name, exact: true }) })

test('Home tells how the server does, and each number for those who do not see it too', async () => {
  const { page, complaints, close } = await dashboard.open()
  await page.getByRole('heading', { name: 'Server', exact: true }).waitFor()
  await page.getByText(/^Up for /).waitFor()
  await page.getByText(/version \d+\.\d+\.\d+/).waitFor()

  const requests = card(page, 'Requests, last 24 hours')
  await requests.getByText('1 refused').waitFor()
  await requests.getByText('none failed').waitFor()
  const table = requests.getByRole('table', { name: 'Requests of the last 24 hours' })
  await hasCount(table.getByRole('row'), 49)
  await hasCount(requests.getByRole('table', { name: 'Failures of the last 24 hours' }).getByRole('row'), 49)
  await table.getByRole('cell', { name: /^\d\d+ requests$/ }).first().waitFor()

  await card(page, 'Slowest routes').getByText('/posts/records', { exact: false }).first().waitFor()
  const storage = card(page, 'Storage')
  await storage.getByText('Database').waitFor()
  await storage.getByText('0 files').waitFor()
  await assertAccessible(page)
  await picture(page, 'home-server')
  assert.deepEqual(complaints, [])
  await close()
})

test('whoever has no backup is told so, and a verified one reassures', async () => {
  const { page, complaints, close } = await dashboard.open()
  const backup = card(page, 'Last backup')
  await backup.getByText('None yet').waitFor()
  await superuser.backups.create('nightly.zip')
  await page.reload()
  await backup.getByText('Verified', { exact: true }).waitFor()
  await backup.getByText('nightly.zip').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('mail and a schedule of backups tick themselves, and can be put away', async () => {
  const { page, complaints, close } = await dashboard.open()
  const steps = page.getByRole('region', { name: 'Before going live' })
  await hasCount(steps.getByRole('listitem'), 2)
  await hasCount(steps.getByText('Done:'), 0)
  await superuser.settings.update({ backups: { cron: '0 3 * * *', cronMaxKeep: 7 } })
  await page.reload()
  await hasCount(steps.getByRole('listitem').filter({ hasText: 'Done:' }).getByText('Back up on a schedule'), 1)
  await hasCount(steps.getByText('Done:'), 1)
  await assertAccessible(page)

  await steps.getByRole('button', { name: 'Hide' }).click()
  await hasCount(steps, 0)
  await page.reload()
  await page.getByRole('heading', { name: 'Server', exact: true }).waitFor()
  await hasCount(steps, 0)
  assert.deepEqual(complaints, [])
  await close()
})

test('on a phone everything of Home fits', async () => {
  const { page, complaints, close } = await dashboard.open('#/', { viewport: PHONE, hasTouch: true })
  await card(page, 'Last backup').waitFor()
  await card(page, 'Requests, last 24 hours').waitFor()
  await settles(() => page.locator('#content').evaluate((box) => box.scrollWidth <= box.clientWidth), true)
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})
