// What may run on the dashboard's pages: what came in the executable, and nothing that somebody wrote into a schema, a mail
// or an answer.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startDashboard } from './support/dashboard.js'
import { hasValue, settles } from './support/settles.js'
import { MARKUP } from './support/library.js'

let dashboard
let pb
before(async () => {
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
  await pb.settings.update({ meta: { appName: MARKUP } })
  await pb.collections.create({
    name: 'notes', type: 'base',
    fields: [
      { name: 'title', type: 'text', help: MARKUP, presentable: true },
      { name: 'kind', type: 'select', values: [MARKUP, 'plain'], maxSelect: 1 },
    ],
    listRule: `title != '${MARKUP.replaceAll("'", '')}'`,
    indexes: [`CREATE INDEX marked ON notes (title) WHERE title != '${MARKUP.replaceAll("'", '')}'`],
  })
  await pb.collection('notes').create({ title: MARKUP, kind: MARKUP })
  await pb.collections.create({ name: 'looked_at', type: 'view', viewQuery: `SELECT id, title, '${MARKUP.replaceAll("'", "''")}' AS words FROM notes` })
})
after(async () => { await dashboard?.stop() })

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

/** Goes to a page as if by its address; what was typed is left. */
async function go(page, address) {
  await page.goto('about:blank')
  await page.goto(`${dashboard.server.url}/_/${address}`)
}

/** What of a text became a part of a page, and whether any of it ran. */
const hits = (page) =>
  Promise.all(page.frames().map((frame) => frame.evaluate(() => [document.title === 'hit', document.querySelectorAll('img[src="x"], b:not([class])').length])))

const NOTHING = [[false, 0]]

test('every page comes with a policy that lets only the executable’s own files run', async () => {
  for (const path of ['', 'index.html', 'collections', 'assets/', 'mark.svg', 'theme.js']) {
    const answer = await fetch(`${dashboard.server.url}/_/${path}`)
    if (answer.status === 404) continue
    const policy = new Map(answer.headers.get('content-security-policy').split(';').map((one) => {
      const [name, ...values] = one.trim().split(/\s+/)
      return [name, values.join(' ')]
    }))
    assert.equal(policy.get('default-src'), "'none'", path)
    for (const name of ['script-src', 'style-src', 'connect-src', 'worker-src', 'font-src']) assert.equal(policy.get(name), "'self'", `${name} of ${path}`)
    for (const name of ['base-uri', 'form-action', 'frame-ancestors']) assert.equal(policy.get(name), "'none'", `${name} of ${path}`)
    assert.equal(policy.get('require-trusted-types-for'), "'script'")
    assert.equal(policy.get('trusted-types'), 'svelte-trusted-html dompurify tuckbox-worker')
    assert.doesNotMatch([...policy.values()].join(' '), /unsafe|\*|https?:/)
  }
})

test('what got into a page all the same could not run', async () => {
  const { page, close } = await dashboard.open()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  const done = await page.evaluate(async () => {
    const fails = (act) => {
      try {
        act()
        return false
      } catch {
        return true
      }
    }
    return {
      handler: fails(() => document.createElement('p').setAttribute('onclick', 'document.title = "hit"')),
      html: fails(() => { document.createElement('div').innerHTML = '<b>bold</b>' }),
      script: fails(() => { document.createElement('script').text = 'document.title = "hit"' }),
      // What a test evaluates is let off the policy, what it begins is not.
      code: await new Promise((resolve) => setTimeout(() => resolve(fails(() => new Function('document.title = "hit"')())))),
      worker: fails(() => new Worker('/_/theme.js')),
      policy: fails(() => globalThis.trustedTypes.createPolicy('another', { createHTML: (text) => text })),
      foreign: await fetch('http://127.0.0.2:1/').then(() => false, () => true),
      title: document.title === 'hit',
    }
  })
  assert.deepEqual(done, { handler: true, html: true, script: true, code: true, worker: true, policy: true, foreign: true, title: false })
  await close()
})

test('no page breaks the policy, and HTML in a schema is text on each', async () => {
  const { page, complaints, close } = await dashboard.open()
  for (const [address, sees] of [
    ['#/', page.getByRole('heading', { name: 'Home' })],
    ['#/collections/notes', page.getByRole('gridcell', { name: MARKUP, exact: true }).first()],
    ['#/collections/looked_at', page.getByRole('gridcell', { name: MARKUP, exact: true }).first()],
    ['#/collections/notes/settings/rules', page.getByLabel('Rule: List')],
    ['#/collections/notes/settings/indexes', page.getByRole('textbox', { name: 'Index 1', exact: true })],
    ['#/collections/looked_at/settings/query', page.getByRole('cell', { name: MARKUP }).first()],
    ['#/collections/notes/settings/danger', page.getByRole('button', { name: 'Delete…' })],
    ['#/collections/notes/api/list', page.locator('#content').getByText('<img src=x').first()],
    [`#/collections/notes/api/${encodeURIComponent(MARKUP)}`, page.locator('#content').getByText('<img src=x').first()],
    ['#/collections/users/settings/auth', page.getByRole('switch', { name: 'Other services' })],
    ['#/diagram?at=notes', page.getByRole('dialog', { name: 'notes', exact: true })],
    ['#/diagram/rules', page.locator('#content').getByText('<img src=x').first()],
    ['#/settings/export-collections', page.locator('#content').getByText('<img src=x').first()],
    ['#/settings/import-collections', page.getByLabel('Collections as JSON')],
    [`#/nowhere/${encodeURIComponent(MARKUP)}`, page.getByRole('heading', { name: 'There is no page here' })],
    [`#/collections/${encodeURIComponent(MARKUP)}/settings/fields`, page.locator('#content').getByText('<img src=x').first()],
  ]) {
    await go(page, address)
    await sees.waitFor()
    assert.deepEqual(await hits(page), NOTHING, address)
  }
  await go(page, '#/collections/notes/settings/fields')
  await press(page, 'Options of kind')
  await hasValue(page.getByLabel('Choices, one a line'), `${MARKUP}\nplain`)
  await press(page, 'Options of title')
  await hasValue(page.getByLabel('Help for those who fill it in'), MARKUP)
  assert.deepEqual(await hits(page), NOTHING)
  assert.deepEqual(complaints, [])
  await close()
})

test('HTML in what the API answers, and in what is heard of it, is text', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/notes/api/list')
  await press(page, 'Send')
  const body = page.getByRole('region', { name: 'Body of the answer' })
  assert.equal(JSON.parse(await body.textContent()).items[0].title, MARKUP)
  assert.deepEqual(await hits(page), NOTHING)
  await go(page, '#/collections/notes/api/realtime')
  await press(page, 'Watch')
  await page.getByText('Watching', { exact: true }).waitFor()
  await pb.collection('notes').update((await pb.collection('notes').getFirstListItem('')).id, { kind: 'plain' })
  await page.getByRole('listitem').filter({ hasText: MARKUP }).click()
  await page.getByRole('region', { name: 'Message 1' }).waitFor()
  assert.deepEqual(await hits(page), NOTHING)
  assert.deepEqual(complaints, [])
  await close()
})

test('HTML in what the server says is text', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/notes/settings/rules')
  const rule = page.getByLabel('Rule: List')
  await rule.fill(`nowhere ~ "${'<b>bold</b>'}" && "<img src=x>" = <b>`)
  await page.locator('.error').first().waitFor()
  await press(page, 'Save')
  await page.getByRole('tab', { name: /Rules/ }).getByLabel('has errors').waitFor()
  assert.deepEqual(await hits(page), NOTHING)
  await go(page, '#/settings/import-collections')
  await page.getByLabel('Collections as JSON').fill(JSON.stringify([{ name: MARKUP, type: 'base', fields: [{ name: MARKUP, type: 'text' }] }]))
  await page.getByText('1 collection would change').waitFor()
  await press(page, 'Import 1 collection')
  await page.getByText('Nothing was changed.').waitFor()
  assert.deepEqual(await hits(page), NOTHING)
  await page.route('**/api/collections/meta/scaffolds', (route) => route.fulfill({ status: 400, json: { status: 400, message: MARKUP, data: {} } }))
  await page.route('**/api/collections/meta/dry-run-view', (route) => route.fulfill({ status: 400, json: { status: 400, message: MARKUP, data: {} } }))
  await go(page, '#/collections/looked_at/settings/query')
  await page.locator('#content').getByText('<img src=x').first().waitFor()
  assert.deepEqual(await hits(page), NOTHING)
  assert.deepEqual(complaints, [])
  await close()
})

test('a mail full of script is shown, and nothing in it runs', async () => {
  const { page, complaints, close } = await dashboard.open('#/collections/users/settings/mail')
  await page.getByLabel('Subject').fill(MARKUP)
  await page.getByLabel('Text, in HTML').fill(`<p>Hello</p><script>top.document.title = "hit"</script><a href="javascript:top.document.title='hit'">there</a>${MARKUP}`)
  await page.frameLocator('iframe').first().getByText('Hello').waitFor()
  await page.frameLocator('iframe').first().getByText('there').click({ force: true })
  await settles(() => page.title().then((title) => title === 'hit'), false)
  const ran = await Promise.all(page.frames().map((frame) => frame.evaluate(() => [document.title === 'hit', document.scripts.length, document.querySelectorAll('[onerror], [href^="javascript"]').length])))
  assert.deepEqual(ran.map(([title, , handlers]) => [title, handlers]), ran.map(() => [false, 0]))
  assert.equal(ran.at(-1)[1], 0)
  assert.deepEqual(complaints, [])
  await close()
})
