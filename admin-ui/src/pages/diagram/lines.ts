/** The lines between boxes: where they begin and end, which way they go, and the signs at their ends. Pure. */
import type { Edge } from './graph'
import type { Lane, Point } from './boxes'
import { HEAD, STEP, TOP, type Shape } from './shape'

export interface Line {
  edge: Edge
  path: string
  /** Strokes at the end: how many there are of the other one. */
  end: string
  /** Where the circle of “or none” is. */
  none: Point | undefined
  /** The diamond at the beginning: it goes with the other one. */
  cascade: string | undefined
  left: number
  right: number
  top: number
  bottom: number
}

/** Leftwards or rightwards. */
type Side = -1 | 1

interface End {
  box: Shape
  place: Point
  side: Side
  /** Where it looks at: what lies higher is met higher. */
  towards: number
  /** A field has a place of its own. */
  y: number | undefined
}

/** What the signs take, so that lines do not bend within them. */
const STUB = 20

export interface Ground {
  shapes: ReadonlyMap<string, Shape>
  places: Readonly<Record<string, Point>>
  lanes: Readonly<Record<string, Lane[]>>
}

/** Lines between the boxes that have places. */
export function linesOf(edges: readonly Edge[], ground: Ground): Line[] {
  const ends = edges.flatMap((edge) => {
    const pair = endsOf(edge, ground)
    return pair ? [{ edge, ...pair }] : []
  })
  spread(ends.flatMap(({ start, end }) => [start, end]))
  return ends.map(({ edge, start, end }) => lineOf(edge, start, end, ground.lanes[edge.id] ?? []))
}

function endsOf(edge: Edge, { shapes, places, lanes }: Ground): { start: End; end: End } | undefined {
  const [from, to] = [shapes.get(edge.from), shapes.get(edge.to)]
  const [a, b] = [places[edge.from], places[edge.to]]
  if (!from || !to || !a || !b) return undefined
  const way = lanes[edge.id] ?? []
  const [first, last] = [way[0], way.at(-1)]
  const sides = first && last ? ([sideOf(from, a, first.from), sideOf(to, b, last.to)] as const) : straight(from, a, to, b)
  const row = edge.field && from.rows[edge.field.row]
  const middle = (box: Shape, place: Point): number => place.y + (box.rows.length > 0 ? HEAD : box.height) / 2
  return {
    start: { box: from, place: a, side: sides[0], towards: first?.y ?? middle(to, b), y: row ? a.y + row.y : undefined },
    end: { box: to, place: b, side: sides[1], towards: last?.y ?? (row ? a.y + row.y : middle(from, a)), y: undefined },
  }
}

function sideOf(box: Shape, place: Point, x: number): Side {
  return x < place.x + box.width / 2 ? -1 : 1
}

/** Sides that face each other, or the same side where the boxes stand above each other. */
function straight(from: Shape, a: Point, to: Shape, b: Point): readonly [Side, Side] {
  if (b.x + to.width + STUB <= a.x) return [-1, 1]
  if (a.x + from.width + STUB <= b.x) return [1, -1]
  return [1, 1]
}

/** Ends on the same side of a box stand below each other, and no two of them cross before they begin. */
function spread(ends: readonly End[]): void {
  for (const side of bySide(ends).values()) {
    const free = side.filter(({ y }) => y === undefined).sort((one, other) => one.towards - other.towards)
    const [first] = free
    if (!first) continue
    const { box, place } = first
    const room = Math.max(0, box.height - 2 * TOP)
    const step = free.length > 1 ? Math.min(STEP, room / (free.length - 1)) : 0
    // Few are met at the name; of a box that is its name alone, they are around its middle.
    const begin = box.rows.length === 0 ? (box.height - step * (free.length - 1)) / 2 : free.length > 1 ? TOP : HEAD / 2
    for (const [at, end] of free.entries()) end.y = place.y + begin + at * step
  }
}

function bySide(ends: readonly End[]): Map<string, End[]> {
  const sides = new Map<string, End[]>()
  for (const end of ends) {
    const key = `${end.side} ${end.box.id}`
    const there = sides.get(key)
    if (there) there.push(end)
    else sides.set(key, [end])
  }
  return sides
}

function lineOf(edge: Edge, start: End, end: End, lanes: readonly Lane[]): Line {
  const a = outer(start)
  const b = outer(end)
  const from = { x: a.x + start.side * STUB, y: a.y }
  const to = { x: b.x + end.side * STUB, y: b.y }
  const points = [a, from, ...lanes.flatMap((lane) => [{ x: lane.from, y: lane.y }, { x: lane.to, y: lane.y }]), to, b]
  const parts = [`M${at(a)}`, `L${at(from)}`]
  let here = from
  for (const lane of lanes) {
    const next = { x: lane.from, y: lane.y }
    parts.push(bend(here, next), `H${round(lane.to)}`)
    here = { x: lane.to, y: lane.y }
  }
  const out = lanes.length === 0 && start.side === end.side ? Math.max(from.x * start.side, to.x * start.side) * start.side + start.side * loop(from, to) : undefined
  if (out === undefined) parts.push(bend(here, to))
  else {
    points.push({ x: out, y: from.y })
    parts.push(`C${at({ x: out, y: from.y })} ${at({ x: out, y: to.y })} ${at(to)}`)
  }
  parts.push(`L${at(b)}`)
  return {
    edge,
    path: parts.join(''),
    ...signsOf(edge, b, end.side),
    cascade: edge.cascade ? diamond(a, start.side) : undefined,
    left: Math.min(...points.map(({ x }) => x)) - 8,
    right: Math.max(...points.map(({ x }) => x)) + 8,
    top: Math.min(...points.map(({ y }) => y)) - 8,
    bottom: Math.max(...points.map(({ y }) => y)) + 8,
  }
}

function outer({ box, place, side, y }: End): Point {
  return { x: side < 0 ? place.x : place.x + box.width, y: y ?? place.y }
}

/** How far a line goes out that comes back to the same side. */
function loop(from: Point, to: Point): number {
  return 16 + Math.min(64, Math.abs(from.y - to.y) / 5)
}

function bend(from: Point, to: Point): string {
  const middle = (from.x + to.x) / 2
  return `C${at({ x: middle, y: from.y })} ${at({ x: middle, y: to.y })} ${at(to)}`
}

/** The usual signs of such diagrams: a bar for one, a foot with three toes for many, before it a bar or a circle. */
function signsOf({ field, many, required }: Edge, { x, y }: Point, side: Side): Pick<Line, 'end' | 'none'> {
  const out = (by: number): number => round(x + side * by)
  const bar = (by: number): string => `M${out(by)} ${round(y - 5)}v10`
  // A view leads to what it is made of with an arrow.
  if (!field) return { end: `M${out(8)} ${round(y - 5)}L${out(0)} ${round(y)}L${out(8)} ${round(y + 5)}`, none: undefined }
  const foot = `M${out(0)} ${round(y - 5)}L${out(11)} ${round(y)}L${out(0)} ${round(y + 5)}`
  const before = many ? 14 : 10
  return {
    end: (many ? foot : bar(6)) + (required ? bar(before) : ''),
    none: required ? undefined : { x: out(before + 1.5), y: round(y) },
  }
}

function diamond({ x, y }: Point, side: Side): string {
  return `M${round(x)} ${round(y)}l${side * 7} -5l${side * 7} 5l${side * -7} 5Z`
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
