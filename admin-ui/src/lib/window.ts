/** Which rows of a long list are in view, all being equally high. Browsers cap the height of an element near 17 million
 * pixels, so longer lists are scrolled in larger steps. */

/** How high the scrolled element may be, in pixels. */
const HIGHEST = 8_000_000
/** Rows drawn beyond each edge, so that a quick scroll meets no gap. */
const BEYOND = 6

export interface Window {
  /** How high the scrolled element is. */
  height: number
  first: number
  /** Exclusive. */
  end: number
  /** Where the first row lies, from the top of the scrolled element. */
  offset: number
}

export function windowOf(total: number, rowHeight: number, scrollTop: number, viewHeight: number): Window {
  const real = total * rowHeight
  const height = Math.min(real, HIGHEST)
  // The last scroll position shows the last row, whatever the scale.
  const [farthest, realFarthest] = [Math.max(1, height - viewHeight), Math.max(1, real - viewHeight)]
  const top = real <= HIGHEST ? scrollTop : (Math.min(scrollTop, farthest) / farthest) * realFarthest
  const first = Math.max(0, Math.floor(top / rowHeight) - BEYOND)
  const end = Math.min(total, Math.ceil((top + viewHeight) / rowHeight) + BEYOND)
  return { height, first, end, offset: scrollTop - top + first * rowHeight }
}

/** How many rows are drawn at the same time, at most. */
export function linesIn(rowHeight: number, viewHeight: number): number {
  return Math.max(1, Math.ceil(Math.max(0, viewHeight) / rowHeight) + 1 + 2 * BEYOND)
}

/** Where to scroll to, so that a row is in view; where one is, if it is already. */
export function scrollTo(index: number, total: number, rowHeight: number, scrollTop: number, viewHeight: number): number {
  const real = total * rowHeight
  const height = Math.min(real, HIGHEST)
  const [farthest, realFarthest] = [Math.max(1, height - viewHeight), Math.max(1, real - viewHeight)]
  const scale = real <= HIGHEST ? 1 : realFarthest / farthest
  const top = scrollTop * scale
  if (index * rowHeight < top) return (index * rowHeight) / scale
  const below = (index + 1) * rowHeight - viewHeight
  return below > top ? below / scale : scrollTop
}
