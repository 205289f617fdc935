// For those who go by keys, see little, or want things calm: what no checker of rules finds.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { EMAIL, PASSWORD } from '../sdk/support/server.js'
import { assertAccessible } from './support/accessible.js'
import { DESK, openPage } from './support/browser.js'
import { startDashboard } from './support/dashboard.js'
import { settles } from './support/settles.js'

let dashboard
before(async () => {
  dashboard = await startDashboard()
  const pb = await dashboard.server.superuser()
  await pb.collections.create({ name: 'films', type: 'base', listRule: '', fields: [{ name: 'title', type: 'text' }] })
  await pb.collection('films').create({ title: 'Metropolis' })
})
after(async () => { await dashboard?.stop() })

const heading = (page, name) => page.getByRole('heading', { name, exact: true }).first().waitFor()
const go = async (page, address, name) => {
  await page.goto(`${dashboard.server.url}/_/${address}`)
  await heading(page, name)
}

/** What has the focus, and how it is seen: by a line around it, what it lies in, or what it lays over its row. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement
    const drawn = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    const around = [element, element.closest('label'), element.parentElement].filter(Boolean)
    const isSeen = around.some((one) => drawn(getComputedStyle(one)) || drawn(getComputedStyle(one, '::after')))
    return { name: element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40), tag: element.localName, isSeen }
  })

test('signing in and the way to a collection go by keys, and the focus is seen at each stop', async () => {
  const { page, complaints, close } = await openPage(dashboard.browser, { viewport: DESK })
  await page.goto(`${dashboard.server.url}/_/`)
  await heading(page, 'Sign in')
  await page.keyboard.type(EMAIL)
  await page.keyboard.press('Tab')
  await page.keyboard.type(PASSWORD)
  for (const name of ['Sign in', 'Forgot your password?']) {
    await page.keyboard.press('Tab')
    assert.deepEqual(await focused(page).then(({ name: at, isSeen }) => [at, isSeen]), [name, true])
  }
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await heading(page, 'Home')
  await page.getByText('1 record', { exact: true }).waitFor()

  const stops = []
  await page.evaluate(() => document.activeElement?.blur())
  for (let at = 0; at < 40; at += 1) {
    await page.keyboard.press('Tab')
    const stop = await focused(page)
    if (stop.tag === 'body' || (stop.name === stops[0] && at > 0)) break
    assert.ok(stop.isSeen, `the focus is not seen on ${stop.tag} ${stop.name}`)
    stops.push(stop.name)
  }
  assert.equal(stops[0], 'Skip to the page')
  assert.ok(stops.length > 12, stops.join())

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /^Collection, page/ }).waitFor()
  await page.keyboard.type('films')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await heading(page, 'films')
  assert.deepEqual(complaints, [])
  await close()
})

test('twice as large and with wide spacing nothing is cut off or scrolls sideways', async () => {
  const { page, complaints, close } = await dashboard.open('#/', { viewport: { width: DESK.width / 2, height: DESK.height / 2 } })
  // What WCAG 1.4.12 asks pages to bear.
  await page.addInitScript(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }')
    document.adoptedStyleSheets = [sheet]
  })
  await page.reload()
  const wide = () => page.evaluate(() => [...document.querySelectorAll('html, main, form, dialog')]
    .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
    .map((element) => `${element.localName}: ${element.scrollWidth} of ${element.clientWidth}`))
  const cut = () => page.evaluate(() => [...document.querySelectorAll('button, label, h1, h2')]
    .filter((element) => element.clientWidth > 2 && !element.matches('.unseen') && element.scrollHeight > element.clientHeight + 2 && getComputedStyle(element).overflowY === 'hidden')
    .map((element) => element.textContent))
  for (const [address, name] of [
    ['#/', 'Home'], ['#/collections/films', 'films'], ['#/collections/films/settings/fields', 'films'],
    ['#/collections/users/settings/auth', 'users'], ['#/settings/export-collections', 'Export collections'],
  ]) {
    await go(page, address, name)
    await settles(wide, [], address)
    assert.deepEqual(await cut(), [], address)
  }
  assert.deepEqual(complaints, [])
  await close()
})

test('forced colours, strong contrast and calm motion are heard', async () => {
  const { page, close } = await dashboard.open('#/collections/films/settings/rules', { viewport: DESK })
  await page.getByRole('group', { name: 'Who: List' }).waitFor()
  const style = (locator, property, pseudo) =>
    locator.evaluate((element, [name, at]) => getComputedStyle(element, at).getPropertyValue(name), [property, pseudo])
  const chosen = page.getByRole('group', { name: 'Who: List' }).locator('label', { hasText: 'Everyone' })
  await page.emulateMedia({ forcedColors: 'active' })
  await settles(() => style(chosen, 'outline-style'), 'solid', 'what is chosen shows without a background')
  await page.emulateMedia({ forcedColors: null, contrast: 'more' })
  const token = (name) => page.evaluate((one) => getComputedStyle(document.documentElement).getPropertyValue(one), name)
  assert.equal(await token('--text-3'), await token('--text'))
  await assertAccessible(page)
  await page.emulateMedia({ contrast: null, reducedMotion: 'reduce' })
  assert.equal(await style(page.getByRole('button', { name: 'Save', exact: true }), 'transition-property'), 'none')
  await close()
})
