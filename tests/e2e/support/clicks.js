// How much work something is.

/** Counts what is pressed by mouse or finger on a page from now on, whatever page it goes to; the number comes when asked. */
export async function countClicks(page) {
  let clicks = 0
  await page.exposeFunction('pressed', () => { clicks += 1 })
  const listen = () => addEventListener('pointerdown', () => globalThis.pressed(), true)
  await page.addInitScript(listen)
  await page.evaluate(listen)
  return () => clicks
}
