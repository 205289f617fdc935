import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startProcess } from '../sdk/support/process.js'
import { openPage, picture, startBrowser } from './support/browser.js'

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
  const link = await server.said(/http:\/\/127\.0\.0\.1:\d+\/_\/#\/pbinstall\/[\w.-]+/)
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
  assert.equal(await page.getByLabel('E-mail').inputValue(), 'you@example.com')
  await picture(page, 'set-up-refused')

  await page.getByLabel('Password', { exact: true }).fill('correct horse')
  await page.getByLabel('Repeat the password').fill('correct horse')
  await page.getByRole('button', { name: 'Create superuser' }).click()
  await page.getByRole('heading', { name: 'Your superuser is ready' }).waitFor()
  await picture(page, 'set-up-done')

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

test('the start page tells the health of the server, on a phone and in the dark too', async () => {
  for (const [name, options] of [
    ['start', {}],
    ['start-phone-dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' }],
  ]) {
    const { page, complaints, close } = await openPage(browser, options)
    await page.goto(`${server.url}/_/`)
    await page.getByText('The server is healthy').waitFor()
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
    assert.equal(sideways, false, 'the page does not scroll sideways')
    await picture(page, name)
    assert.deepEqual(complaints, [])
    await close()
  }
})
