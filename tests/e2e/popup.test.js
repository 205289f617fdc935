// Signing in through another service as an app does it: the SDK opens a window, the person signs in there, the window
// closes itself, and the page behind it is signed in.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { startOidc } from '../sdk/support/oidc.js'
import { startServer } from '../sdk/support/server.js'
import { openPage, startBrowser } from './support/browser.js'

const SDK = new URL('../sdk/node_modules/pocketbase/dist/pocketbase.es.mjs', import.meta.url)

let server
let superuser
let oidc
let app
let browser

before(async () => {
  server = await startServer()
  superuser = await server.superuser()
  oidc = await startOidc({
    users: { ann: { name: 'Ann Lee', email: 'ann@example.com', email_verified: true } },
    redirects: [`${server.url}/api/oauth2-redirect`],
  })
  await superuser.collections.update('users', { oauth2: { enabled: true, providers: [oidc.options()] } })
  app = await startApp()
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  await app?.stop()
  await oidc?.stop()
  await server?.stop()
})

/** An app of one button, on an address of its own. */
async function startApp() {
  const page = `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,">
    <button>Sign in</button><p role="status">guest</p>
    <script type="module">
      import PocketBase from '/sdk.mjs'
      const pb = new PocketBase('${server.url}')
      const say = (text) => { document.querySelector('p').textContent = text }
      document.querySelector('button').onclick = () => pb.collection('users').authWithOAuth2({ provider: 'oidc' })
        .then(({ record }) => say('signed in as ' + record.email), (error) => say('failed: ' + error.message))
    </script></html>`
  const files = createServer(async (request, answer) => {
    const sdk = request.url === '/sdk.mjs'
    answer.setHeader('Content-Type', sdk ? 'text/javascript' : 'text/html')
    answer.end(sdk ? await readFile(SDK) : page)
  })
  await new Promise((resolve) => files.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${files.address().port}/`,
    stop: () => new Promise((resolve) => {
      files.closeAllConnections()
      files.close(resolve)
    }),
  }
}

/** Presses the button, and gives the window that opens. */
async function signIn(page) {
  const opening = page.waitForEvent('popup')
  await page.getByRole('button', { name: 'Sign in' }).click()
  return opening
}

const says = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor()

test('a person signs in in the window, which closes itself, and the page knows who it is', async () => {
  const { page, complaints, close } = await openPage(browser)
  await page.goto(app.address)
  const popup = await signIn(page)
  const closed = popup.waitForEvent('close')
  await popup.getByPlaceholder('Enter any login').fill('ann')
  await popup.getByPlaceholder('and password').fill('any')
  await popup.getByRole('button', { name: 'Sign-in' }).click()
  await popup.getByRole('button', { name: 'Continue' }).click()
  await says(page, 'signed in as ann@example.com')
  await closed
  assert.deepEqual(complaints, [])
  const users = await superuser.collection('users').getFullList()
  assert.deepEqual(users.map((user) => [user.email, user.verified]), [['ann@example.com', true]])
  await close()
})

test('who refuses at the other service is not signed in, and the page learns of it', async () => {
  const { page, close } = await openPage(browser)
  const users = async () => (await superuser.collection('users').getList()).totalItems
  const before = await users()
  await page.goto(app.address)
  const popup = await signIn(page)
  await popup.getByRole('link', { name: 'Cancel' }).click()
  await says(page, 'failed')
  assert.equal(await users(), before)
  await close()
})
