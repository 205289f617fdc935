/** What pointers do on the diagram: choose, move a box, move all of it, make it larger with two fingers or the wheel. */
import type { Point } from './boxes'
import { boxAt, type Scene } from './scene'
import type { Viewport } from './viewport.svelte'

interface Ground {
  readonly scene: Scene | undefined
  readonly chosen: string | undefined
  onchoose: (id: string | undefined) => void
  onmove: (id: string, place: Point) => void
}

/** How far a pointer goes before it is no click any more, in pixels. */
const STILL = 4
/** How much a turn of the wheel by one pixel is; a pinch on a touchpad comes in small turns. */
const TURN = 0.0016
const PINCH = 0.01

export class Hand {
  /** The box that is being moved, and where to. */
  dragged: { id: string; place: Point } | undefined = $state.raw()
  isHolding = $state(false)
  readonly #viewport: Viewport
  readonly #ground: Ground
  readonly #pointers = new Map<number, Point>()
  #begun: { at: Point; box: { id: string; place: Point } | undefined; mayMove: boolean; isClick: boolean } | undefined

  constructor(viewport: Viewport, ground: Ground) {
    this.#viewport = viewport
    this.#ground = ground
  }

  wheel(event: WheelEvent): void {
    event.preventDefault()
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? this.#viewport.height : 1
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.#viewport.pan(-(event.deltaX || event.deltaY) * unit, event.shiftKey ? 0 : -event.deltaY * unit)
      return
    }
    this.#viewport.zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? PINCH : TURN)), this.#placeOf(event))
  }

  down(event: PointerEvent): void {
    if (event.button !== 0) return
    const target = event.currentTarget as Element
    target.setPointerCapture(event.pointerId)
    const at = this.#placeOf(event)
    this.#pointers.set(event.pointerId, at)
    this.isHolding = true
    if (this.#pointers.size > 1) {
      // A second finger: neither a click nor a move of a box.
      this.#begun = undefined
      this.dragged = undefined
      return
    }
    const { scene, chosen } = this.#ground
    const shape = scene && boxAt(scene, this.#viewport.placeAt(at))
    const place = shape && scene?.places[shape.id]
    this.#begun = {
      at,
      box: shape && place ? { id: shape.id, place } : undefined,
      // A finger that moves the diagram meets boxes everywhere: it moves only the one that was chosen.
      mayMove: event.pointerType === 'mouse' || shape?.id === chosen,
      isClick: true,
    }
  }

  move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId)
    if (!before) return
    const at = this.#placeOf(event)
    this.#pointers.set(event.pointerId, at)
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1]
    if (other) return this.#pinch(before, at, other)
    const begun = this.#begun
    if (begun?.isClick && Math.hypot(at.x - begun.at.x, at.y - begun.at.y) < STILL) return
    if (begun?.isClick) {
      begun.isClick = false
      if (!(begun.box && begun.mayMove)) this.#viewport.pan(before.x - begun.at.x, before.y - begun.at.y)
    }
    if (begun?.box && begun.mayMove) {
      const { scale } = this.#viewport
      const { id, place } = begun.box
      this.dragged = { id, place: { x: place.x + (at.x - begun.at.x) / scale, y: place.y + (at.y - begun.at.y) / scale } }
    } else this.#viewport.pan(at.x - before.x, at.y - before.y)
  }

  up(event: PointerEvent): void {
    if (!this.#pointers.delete(event.pointerId)) return
    this.isHolding = this.#pointers.size > 0
    const { dragged } = this
    const begun = this.#begun
    this.dragged = undefined
    this.#begun = undefined
    if (event.type === 'pointercancel') return
    if (dragged) this.#ground.onmove(dragged.id, { x: Math.round(dragged.place.x), y: Math.round(dragged.place.y) })
    else if (begun?.isClick) this.#ground.onchoose(begun.box?.id)
  }

  #pinch(before: Point, at: Point, other: Point): void {
    const apart = (one: Point): number => Math.max(1, Math.hypot(one.x - other.x, one.y - other.y))
    this.#viewport.pan((at.x - before.x) / 2, (at.y - before.y) / 2)
    this.#viewport.zoom(apart(at) / apart(before), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 })
  }

  #placeOf(event: MouseEvent): Point {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
}
