// Chromium, pages that remember what they should not have done, and pictures for those who look at them.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

/** Where pictures go; none are taken without it. */
const PICTURES = process.env.TUCKBOX_PICTURES

export const PHONE = { width: 390, height: 844 }

/** Starts a browser; call `close()` in `after`. */
export const startBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  })

/** A page that remembers every call to another host, every error in the console and every violated policy. */
export async function openPage(browser, options) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // The browser logs each refused request itself; the tests ask for some.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    // A blob is what the page holds itself.
    if (protocol !== 'blob:' && hostname !== '127.0.0.1') complaints.push(`called ${request.url()}`)
  })
  return { page, complaints, close: () => context.close() }
}

export const DESK = { width: 1440, height: 900 }

/** Takes a page in light and dark, in some sizes. What is there at one size only is taken at that one. */
export async function picture(page, name, sizes = [DESK, PHONE]) {
  if (!PICTURES) return
  await mkdir(PICTURES, { recursive: true })
  const size = page.viewportSize()
  // The dashboard scrolls inside; what lies around it is a document.
  const fullPage = (await page.locator('#content').count()) === 0
  for (const colorScheme of ['light', 'dark']) {
    // A colour on its way to another one is none.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const viewport of sizes) {
      await page.setViewportSize(viewport)
      await page.screenshot({ path: join(PICTURES, `${name}-${viewport.width}-${colorScheme}.png`), fullPage })
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
  await page.setViewportSize(size)
}
