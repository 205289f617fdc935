import assert from 'node:assert/strict'
import axe from 'axe-core'

/** Fails with what axe has against the page as it is now, in the light and in the dark. */
export async function assertAccessible(page, themes = ['light', 'dark']) {
  await page.evaluate(axe.source)
  // A colour on its way to another one is none.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme })
    const found = await page.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document)
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
    })
    assert.deepEqual(found, [], colorScheme)
  }
  await page.emulateMedia({ colorScheme: null })
}
