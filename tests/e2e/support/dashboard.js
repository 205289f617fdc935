// A server with a superuser, and pages of the dashboard on which they are signed in.

import { EMAIL, PASSWORD, startServer } from '../../sdk/support/server.js'
import { openPage, startBrowser } from './browser.js'

/** Starts a server and a browser; call `stop()` in `after`. */
export async function startDashboard(options) {
  const server = await startServer(options)
  const browser = await startBrowser()
  return {
    server,
    browser,
    /** A page of the dashboard at an address such as `#/collections/posts`, signed in by typing. */
    async open(address = '#/', pageOptions) {
      const opened = await openPage(browser, pageOptions)
      await opened.page.goto(`${server.url}/_/${address}`)
      await signIn(opened.page)
      return opened
    },
    async stop() {
      await browser.close()
      await server.stop()
    },
  }
}

/** Types who one is into the form that is shown. */
export async function signIn(page, email = EMAIL, password = PASSWORD) {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('main').and(page.locator('#content')).waitFor()
}
