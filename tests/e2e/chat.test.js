// The example of a chat as two people use it: each in a browser of their own, and what one says the other sees.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startProcess } from '../sdk/support/process.js'
import { assertAccessible } from './support/accessible.js'
import { PHONE, openPage, picture, startBrowser } from './support/browser.js'
import { startExample } from './support/example.js'
import { png } from './support/image.js'
import { hasCount, hasValue } from './support/settles.js'

const ROOT = ['root@example.com', 'correct horse battery']
const PASSWORD = 'a long password'

let server
let example
let browser

before(async () => {
  server = await startProcess()
  server.run('superuser', 'upsert', ...ROOT)
  example = await startExample('chat', server, ROOT)
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  example?.stop()
  await server?.stop()
})

const section = (page, name) => page.locator(`section:has(h2:text-is("${name}"))`)
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const message = (page, text) => page.getByRole('listitem').filter({ hasText: text })
const image = (page, name) => page.getByRole('button', { name: `Image by ${name}` })

/** Signed up and in. */
async function newcomer(name, options) {
  const opened = await openPage(browser, options)
  const { page } = opened
  await page.goto(example.address)
  const here = section(page, 'Sign up')
  await here.getByLabel('Name').fill(name)
  await here.getByLabel('E-mail').fill(`${name}@example.com`)
  await here.getByLabel('Password').fill(PASSWORD)
  await press(here, 'Sign up')
  await page.getByRole('link', { name: 'Lobby' }).and(page.locator('[aria-current]')).waitFor()
  return opened
}

/** Opens a room, or makes it where `how` says so, on one page. */
async function enter(page, name) {
  await page.getByRole('link', { name, exact: true }).click()
  await page.getByRole('link', { name, exact: true }).and(page.locator('[aria-current]')).waitFor()
}

async function openRoom(page, name) {
  await page.getByLabel('Name of a new room').fill(name)
  await press(page, 'Open')
  await page.getByRole('link', { name, exact: true }).and(page.locator('[aria-current]')).waitFor()
}

async function say(page, text) {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await press(page, 'Send')
}

/** How wide the pixels of a picture are, once it is there. */
const width = (picture) => picture.evaluate((image) => image.decode().then(() => image.naturalWidth))

test('two people see at once what the other says', async () => {
  const guest = await openPage(browser, { viewport: PHONE })
  await guest.page.goto(example.address)
  await section(guest.page, 'Sign up').waitFor()
  await picture(guest.page, 'chat-account')
  await assertAccessible(guest.page)
  await guest.close()

  const [ann, ben] = [await newcomer('ann'), await newcomer('ben', { viewport: PHONE })]
  await ann.page.getByText('Nobody has said anything here yet.').waitFor()
  await say(ann.page, 'Hello, is <b>anybody</b> there?')
  await message(ben.page, 'Hello, is <b>anybody</b> there?').getByText('ann').waitFor()
  await ben.page.getByLabel('Message', { exact: true }).fill('I am.')
  await ben.page.keyboard.press('Enter')
  await message(ann.page, 'I am.').getByText('ben').waitFor()
  await message(ben.page, 'I am.').getByText('You').waitFor()

  // What came by the stream is what a reload brings.
  await ann.page.reload()
  await message(ann.page, 'I am.').waitFor()
  await hasCount(ann.page.locator('#messages > li'), 2)

  await press(message(ann.page, 'Hello, is'), 'Delete')
  await message(ben.page, 'Hello, is').waitFor({ state: 'detached' })
  await hasCount(message(ann.page, 'I am.').getByRole('button', { name: 'Delete' }), 0)
  for (const { complaints, close } of [ann, ben]) {
    assert.deepEqual(complaints, [])
    await close()
  }
})

test('images are shown small to all, and whole to who opens one', async () => {
  const [cleo, dora] = [await newcomer('cleo'), await newcomer('dora', { viewport: PHONE })]
  await openRoom(cleo.page, 'Pictures')
  await enter(dora.page, 'Pictures')
  await cleo.page.setInputFiles('[name=image]', { name: 'hill.png', mimeType: 'image/png', buffer: png(1200, 600) })
  await cleo.page.getByText('hill.png').waitFor()
  await cleo.page.getByLabel('Message', { exact: true }).fill('From the train')
  await picture(cleo.page, 'chat-writing')
  await assertAccessible(cleo.page)
  await press(cleo.page, 'Send')
  for (const { page } of [cleo, dora]) {
    await message(page, 'From the train').waitFor()
    assert.equal(await width(image(page, 'cleo').locator('img')), 480)
  }
  await say(dora.page, 'What a view. Where was that?')
  await message(cleo.page, 'What a view.').waitFor()
  await say(cleo.page, 'Somewhere between here and the sea.\nI did not look up in time to see the name of the station.')
  await message(dora.page, 'Somewhere between').waitFor()
  await picture(dora.page, 'chat-talk')
  await assertAccessible(dora.page)

  await image(dora.page, 'cleo').click()
  const viewer = dora.page.getByRole('dialog')
  assert.equal(await width(viewer.locator('img')), 1200)
  await picture(dora.page, 'chat-image')
  await assertAccessible(dora.page)
  await press(viewer, 'Close')

  // The address alone is worth nothing: the image is for those who are signed in.
  const shown = new URL(await image(dora.page, 'cleo').locator('img').getAttribute('src'))
  assert.equal((await fetch(shown)).status, 200)
  shown.searchParams.delete('token')
  assert.equal((await fetch(shown)).status, 404)
  for (const { complaints, close } of [cleo, dora]) {
    assert.deepEqual(complaints, [])
    await close()
  }
})

test('a room is one’s own conversation, and a new one appears everywhere', async () => {
  const [emil, fay] = [await newcomer('emil'), await newcomer('fay')]
  await openRoom(emil.page, 'Garden')
  await say(emil.page, 'The roses are out')
  await fay.page.getByRole('link', { name: 'Garden' }).waitFor()
  await say(fay.page, 'Still in the lobby')
  await message(fay.page, 'Still in the lobby').waitFor()
  await hasCount(message(fay.page, 'The roses'), 0)
  await enter(fay.page, 'Garden')
  await message(fay.page, 'The roses are out').waitFor()
  await say(fay.page, 'I come and look')
  await message(emil.page, 'I come and look').waitFor()
  await hasCount(message(emil.page, 'Still in the lobby'), 0)
  for (const { complaints, close } of [emil, fay]) {
    assert.deepEqual(complaints, [])
    await close()
  }
})

test('a conversation goes on when the server was away', async () => {
  const [hal, ida] = [await newcomer('hal'), await newcomer('ida')]
  await openRoom(hal.page, 'Patience')
  await enter(ida.page, 'Patience')
  await say(hal.page, 'Before')
  await message(ida.page, 'Before').waitFor()
  await server.restart()
  await say(hal.page, 'After')
  await message(ida.page, 'After').waitFor()
  await say(ida.page, 'And on')
  await message(hal.page, 'And on').waitFor()
  await hasCount(ida.page.locator('#messages > li'), 3)
  await hal.close()
  await ida.close()
})

test('what the server refuses is said, and what was typed stays', async () => {
  const { page, complaints, close } = await newcomer('gus')
  await page.setInputFiles('[name=image]', { name: 'note.png', mimeType: 'image/png', buffer: Buffer.from('a text') })
  await page.getByLabel('Message', { exact: true }).fill('Look at this')
  await press(page, 'Send')
  await page.getByRole('alert').getByText('mime type').waitFor()
  await hasValue(page.getByLabel('Message', { exact: true }), 'Look at this')
  await press(page, 'Remove')
  await press(page, 'Send')
  await message(page, 'Look at this').waitFor()
  await hasCount(page.getByRole('alert'), 0)

  await press(page, 'Sign out')
  await section(page, 'Sign in').waitFor()
  await hasCount(page.locator('#messages > li'), 0)
  const again = section(page, 'Sign in')
  await again.getByLabel('E-mail').fill('gus@example.com')
  await again.getByLabel('Password').fill(PASSWORD)
  await press(again, 'Sign in')
  await message(page, 'Look at this').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})
