/** What part of the diagram is looked at, and how large. */
import type { Point } from './boxes'

const LEAST = 0.03
const MOST = 2.5
/** From this on fields can be read. */
const READABLE = 0.65
/** What is left free around what is fitted in. */
const MARGIN = 32
/** Below it, for the bar that sets the size. */
const FOOT = 32

export interface Bounds {
  left: number
  top: number
  right: number
  bottom: number
}

export class Viewport {
  /** Where the diagram's origin lies in the window, in its pixels. */
  x = $state(0)
  y = $state(0)
  scale = $state(1)
  /** Of the window that it is looked at through. */
  width = $state(0)
  height = $state(0)
  /** What it was set to show, as long as nobody moved it since: all of it, or one place. */
  shows: 'all' | 'one' | undefined

  /** What of the diagram is in sight. */
  get seen(): Bounds {
    const { x, y, scale, width, height } = this
    return { left: -x / scale, top: -y / scale, right: (width - x) / scale, bottom: (height - y) / scale }
  }

  pan(x: number, y: number): void {
    this.shows = undefined
    this.x += x
    this.y += y
  }

  /** Larger or smaller; what lies at a place of the window stays there. */
  zoom(by: number, at: Point = { x: this.width / 2, y: this.height / 2 }): void {
    this.shows = undefined
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * by))
    const ratio = scale / this.scale
    this.x = at.x - (at.x - this.x) * ratio
    this.y = at.y - (at.y - this.y) * ratio
    this.scale = scale
  }

  /** All of it in sight, no larger than it is. */
  fit({ left, top, right, bottom }: Bounds): void {
    this.shows = 'all'
    const wide = (this.width - 2 * MARGIN) / Math.max(1, right - left)
    const high = (this.height - 2 * MARGIN - FOOT) / Math.max(1, bottom - top)
    this.scale = Math.min(1, Math.max(LEAST, Math.min(wide, high)))
    this.x = (this.width - (left + right) * this.scale) / 2
    this.y = (this.height - FOOT - (top + bottom) * this.scale) / 2
  }

  /** A place in the middle, in a size that can be read. */
  centre({ x, y }: Point, height = this.height): void {
    this.shows = 'one'
    this.scale = Math.max(this.scale, READABLE)
    this.x = this.width / 2 - x * this.scale
    this.y = height / 2 - y * this.scale
  }

  /** The place of the diagram at a place of the window. */
  placeAt({ x, y }: Point): Point {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale }
  }
}

export function touches(one: Bounds, other: Bounds): boolean {
  return one.left <= other.right && one.right >= other.left && one.top <= other.bottom && one.bottom >= other.top
}
