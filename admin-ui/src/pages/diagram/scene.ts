/** All that a diagram is made of, with its places. */
import type { Edge } from './graph'
import type { Layout, Point } from './boxes'
import { linesOf, type Line } from './lines'
import type { Shape } from './shape'
import type { Bounds } from './viewport.svelte'

export interface Scene {
  shapes: Shape[]
  places: Readonly<Record<string, Point>>
  lines: Line[]
}

/** Boxes where they were laid out, or where somebody put them; lines go straight to those. */
export function sceneOf(shapes: readonly Shape[], edges: readonly Edge[], layout: Layout, moved: Readonly<Record<string, Point>>): Scene {
  const places = { ...layout.places, ...Object.fromEntries(Object.entries(moved).filter(([id]) => id in layout.places)) }
  const lanes = Object.fromEntries(edges.filter(({ from, to }) => !(from in moved || to in moved)).map(({ id }) => [id, layout.lanes[id] ?? []]))
  const placed = shapes.filter(({ id }) => id in places)
  return { shapes: placed, places, lines: linesOf(edges, { shapes: new Map(placed.map((one) => [one.id, one])), places, lanes }) }
}

export function boundsOf({ width, height }: Pick<Shape, 'width' | 'height'>, { x, y }: Point): Bounds {
  return { left: x, top: y, right: x + width, bottom: y + height }
}

/** What encloses all of it. */
export function wholeOf({ shapes, places, lines }: Scene): Bounds {
  const all: Bounds[] = [...lines, ...shapes.flatMap((one) => (places[one.id] ? [boundsOf(one, places[one.id] as Point)] : []))]
  if (all.length === 0) return { left: 0, top: 0, right: 1, bottom: 1 }
  return {
    left: Math.min(...all.map(({ left }) => left)),
    top: Math.min(...all.map(({ top }) => top)),
    right: Math.max(...all.map(({ right }) => right)),
    bottom: Math.max(...all.map(({ bottom }) => bottom)),
  }
}

/** The box at a place, the uppermost first. */
export function boxAt({ shapes, places }: Scene, { x, y }: Point): Shape | undefined {
  return shapes.findLast((one) => {
    const place = places[one.id]
    return place !== undefined && x >= place.x && x <= place.x + one.width && y >= place.y && y <= place.y + one.height
  })
}

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

/** The nearest box in a direction, seen from a place. What lies askew counts as further away. */
export function nextBox({ shapes, places }: Scene, from: Point, direction: Direction, but?: string): Shape | undefined {
  const isFlat = direction === 'ArrowLeft' || direction === 'ArrowRight'
  const sign = direction === 'ArrowLeft' || direction === 'ArrowUp' ? -1 : 1
  let best: { shape: Shape; far: number } | undefined
  for (const shape of shapes) {
    const place = places[shape.id]
    if (!place || shape.id === but) continue
    const [dx, dy] = [place.x + shape.width / 2 - from.x, place.y + shape.height / 2 - from.y]
    const [along, askew] = isFlat ? [dx * sign, Math.abs(dy)] : [dy * sign, Math.abs(dx)]
    if (along <= 1) continue
    const far = along + 2 * askew
    if (!best || far < best.far) best = { shape, far }
  }
  return best?.shape
}
