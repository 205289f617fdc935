import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const BINARY = process.env.TUCKBOX_BIN ?? fileURLToPath(new URL('../../target/debug/tuckbox', import.meta.url))
/** Where pictures go, for those who look at them; none are taken without it. */
const PICTURES = process.env.TUCKBOX_PICTURES

let dir
let server
let printed = ''
let browser

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tuckbox-e2e-'))
  server = spawn(BINARY, ['serve', '--http', '127.0.0.1:0', '--dir', dir], { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const output of [server.stdout, server.stderr]) output.on('data', (chunk) => { printed += chunk })
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  })
})

after(async () => {
  await browser?.close()
  if (server && server.exitCode === null) {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGTERM')
    await ended
  }
  await rm(dir, { recursive: true, force: true })
})

/** Waits for what the server prints. */
async function said(pattern) {
  for (let tries = 0; tries < 200; tries++) {
    const found = pattern.exec(printed)
    if (found) return found[0]
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`never printed ${pattern}:\n${printed}`)
}

/** A page that remembers every call to another host, every error in the console and every violated policy. */
async function openPage(options) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // The browser logs each refused request itself; the tests ask for some.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!['127.0.0.1'].includes(new URL(request.url()).hostname)) complaints.push(`called ${request.url()}`)
  })
  return { page, complaints, close: () => context.close() }
}

async function picture(page, name) {
  if (!PICTURES) return
  await mkdir(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}

test('the set-up link makes the first superuser, once', async () => {
  const link = await said(/http:\/\/127\.0\.0\.1:\d+\/_\/#\/pbinstall\/[\w.-]+/)
  const { page, complaints, close } = await openPage()
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

  const origin = new URL(link).origin
  const signedIn = await fetch(`${origin}/api/collections/_superusers/auth-with-password`, {
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
  const link = await said(/http:\/\/127\.0\.0\.1:\d+/)
  for (const [name, options] of [
    ['start', {}],
    ['start-phone-dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' }],
  ]) {
    const { page, complaints, close } = await openPage(options)
    await page.goto(`${link}/_/`)
    await page.getByText('The server is healthy').waitFor()
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
    assert.equal(sideways, false, 'the page does not scroll sideways')
    await picture(page, name)
    assert.deepEqual(complaints, [])
    await close()
  }
})
