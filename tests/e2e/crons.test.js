// Schedules: when they run, what came of it, and having one run now.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible } from './support/accessible.js'
import { PHONE } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { hasCount, settles } from './support/settles.js'

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
})
after(() => dashboard?.stop())

const PAGE = '#/settings/crons'
const schedule = (page, name) => page.getByRole('list', { name: 'Schedules' }).getByRole('listitem', { name, exact: true })

test('schedules tell when they run in words, and what they do', async () => {
  const { page, complaints, close } = await dashboard.open(PAGE)
  const old = schedule(page, 'Old log entries')
  await old.getByText('Every 6 hours', { exact: true }).waitFor()
  await old.getByText('0 */6 * * *').waitFor()
  await old.getByText(/^Next: in \d+ (hours?|minutes?)/).waitFor()
  await old.getByText(/ UTC$/).waitFor()
  await old.getByText('Not run yet.').waitFor()
  await schedule(page, 'Old changes').getByText('Every hour, at minute 17').waitFor()
  await page.getByText('Backups have no schedule yet.').waitFor()
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('a schedule runs now, and the page shows what came of it', async () => {
  const { page, complaints, close } = await dashboard.open(PAGE)
  const tidy = schedule(page, 'Tidy the database')
  await tidy.getByText('Not run yet.').waitFor()
  await page.getByRole('button', { name: 'Run now: Tidy the database' }).click()
  await tidy.getByText(/^Done in \d+/).waitFor()
  await settles(async () => (await pb.crons.getFullList()).find(({ id }) => id === '__pbDBOptimize__').lastOutcome, 'done')
  // The server keeps what came of the runs before, too.
  await page.getByRole('button', { name: 'Run now: Tidy the database' }).click()
  await hasCount(tidy.getByText(/^Done in \d+/), 2)
  const { runs } = (await pb.crons.getFullList()).find(({ id }) => id === '__pbDBOptimize__')
  assert.deepEqual(runs.map(({ outcome }) => outcome), ['done', 'done'])
  assert.ok(runs[0].start >= runs[1].end, JSON.stringify(runs))
  assert.deepEqual(complaints, [])
  await close()
})

test('a run that failed says why', async () => {
  const { page, close } = await dashboard.open(PAGE)
  const failed = {
    id: 'sync', expression: '*/10 9-17 * * 1-5', nextRun: '2030-01-01 09:00:00.000Z', running: false,
    lastStart: '2026-01-01 09:00:00.000Z', lastEnd: '2026-01-01 09:00:02.500Z', lastOutcome: 'failed', lastError: '<b>The shop</b> was away',
  }
  const runs = [
    { start: failed.lastStart, end: failed.lastEnd, outcome: 'failed', error: failed.lastError },
    { start: '2026-01-01 08:50:00.000Z', end: '2026-01-01 08:50:00.040Z', outcome: 'done', error: '' },
  ]
  await page.route('**/api/crons', (route) => route.fulfill({ json: [{ ...failed, runs }] }))
  await page.reload()
  const sync = schedule(page, 'sync')
  await sync.getByText('Every Monday to Friday every 10 minutes from 09:00 to 17:59 UTC').waitFor()
  await sync.getByText('Failed in 2.5 s').waitFor()
  await sync.getByText('<b>The shop</b> was away').waitFor()
  await sync.getByText('Done in 40 ms').waitFor()
  await assertAccessible(page)
  await page.getByRole('button', { name: 'Run now: sync' }).click()
  await page.getByText('sync did not run. It is no longer scheduled.').waitFor()
  await close()
})

test('on a phone schedules lie below each other', async () => {
  const { page, close } = await dashboard.open(PAGE, { viewport: PHONE, hasTouch: true, isMobile: true })
  await schedule(page, 'Left files').waitFor()
  await settles(() => page.evaluate(() => document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth), 0)
  await assertAccessible(page)
  await close()
})
