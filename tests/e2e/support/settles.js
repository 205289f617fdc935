// Assertions on a page that may still be on its way: what they read is read again until it is what was expected.

import assert from 'node:assert/strict'

/** How long a page has, in milliseconds. */
const PATIENCE = 10_000

/** Waits until what `read` gives equals `expected`, and fails with the last that it gave. */
export async function settles(read, expected, message) {
  const end = Date.now() + PATIENCE
  for (;;) {
    try {
      assert.deepEqual(await read(), expected, message)
      return
    } catch (error) {
      if (!(error instanceof assert.AssertionError) || Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** An input comes to hold a value. */
export const hasValue = (locator, expected, message) => settles(() => locator.inputValue(), expected, message)

/** There come to be so many of something. */
export const hasCount = (locator, expected, message) => settles(() => locator.count(), expected, message)

/** An attribute comes to have a value. */
export const hasAttribute = (locator, name, expected, message) => settles(() => locator.getAttribute(name), expected, message)
