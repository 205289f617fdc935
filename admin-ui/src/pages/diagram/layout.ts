/** Where boxes go, so that what belongs together lies together and little crosses. Pure; it runs on a thread of its own. */
import { Graph, layout } from '@dagrejs/dagre'

export interface Box {
  id: string
  width: number
  height: number
}

export interface Link {
  id: string
  from: string
  to: string
}

export interface Point {
  x: number
  y: number
}

/** A straight piece between the boxes of a column, which a link goes along so that it crosses none of them. */
export interface Lane {
  from: number
  to: number
  y: number
}

export interface Layout {
  /** The left upper corners, by the ids of the boxes. */
  places: Record<string, Point>
  /** In the order in which a link meets them; links without any go straight. */
  lanes: Record<string, Lane[]>
}

const BESIDE = 112
const BELOW = 32
/** Between parts that nothing connects. */
const APART = 64
/** How much wider than high the whole should be. */
const SHAPE = 1.5

/** Parts that hang together are laid out each by itself and put in rows; what stands alone comes below. */
export function arrange(boxes: readonly Box[], links: readonly Link[]): Layout {
  const real = links.filter(({ from, to }) => from !== to)
  const parts = partsOf(boxes, real)
  const together = parts.filter((part) => part.length > 1).map((part) => arrangePart(part, real))
  const alone = parts.flatMap((part) => (part.length === 1 ? part : []))
  const area = [...together, ...alone].reduce((sum, { width, height }) => sum + (width + APART) * (height + APART), 0)
  const width = Math.max(Math.sqrt(area) * SHAPE, ...together.map((part) => part.width))
  const whole: Layout = { places: {}, lanes: {} }
  const bottom = putInRows(together, width, whole)
  putInColumns(alone, width, bottom, whole)
  return whole
}

interface Part extends Layout {
  width: number
  height: number
}

/** The boxes that links connect, the largest part first. */
function partsOf(boxes: readonly Box[], links: readonly Link[]): Box[][] {
  const beside = new Map<string, string[]>(boxes.map(({ id }) => [id, []]))
  for (const { from, to } of links) {
    beside.get(from)?.push(to)
    beside.get(to)?.push(from)
  }
  const seen = new Set<string>()
  const parts = boxes.flatMap(({ id }) => {
    if (seen.has(id)) return []
    const part = new Set([id])
    for (const one of part) for (const next of beside.get(one) ?? []) part.add(next)
    for (const one of part) seen.add(one)
    return [boxes.filter((one) => part.has(one.id))]
  })
  return parts.sort((one, other) => other.length - one.length)
}

/** Columns from left to right: what others lead to stands before them. */
function arrangePart(boxes: readonly Box[], links: readonly Link[]): Part {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'RL', nodesep: BELOW, edgesep: 14, ranksep: BESIDE })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height })
  const inside = links.filter(({ from }) => graph.hasNode(from))
  for (const { id, from, to } of inside) graph.setEdge(from, to, {}, id)
  layout(graph)
  const middles = boxes.map(({ id, width, height }) => ({ id, width, height, ...(graph.node(id) as unknown as Point) }))
  const corners = middles.map(({ id, width, height, x, y }) => ({ id, x: x - width / 2, y: y - height / 2, right: x + width / 2, bottom: y + height / 2 }))
  const [left, top] = [Math.min(...corners.map(({ x }) => x)), Math.min(...corners.map(({ y }) => y))]
  const half = (x: number): number => Math.max(0, ...middles.filter((one) => Math.abs(one.x - x) < 1).map((one) => one.width / 2))
  const lanes = inside.map(({ id, from, to }): [string, Lane[]] => {
    const points = (graph.edge({ v: from, w: to, name: id }) as unknown as { points: Point[] }).points.slice(1, -1)
    const way = (points[0]?.x ?? 0) < (points.at(-1)?.x ?? 0) ? 1 : -1
    // Where it passes a column; the points between columns are nobody's.
    const passed = points.map(({ x, y }) => ({ x: x - left, y: y - top, reach: half(x) * way })).filter(({ reach }) => reach !== 0)
    return [id, passed.map(({ x, y, reach }) => ({ from: x - reach, to: x + reach, y }))]
  })
  return {
    places: Object.fromEntries(corners.map(({ id, x, y }) => [id, { x: x - left, y: y - top }])),
    lanes: Object.fromEntries(lanes),
    width: Math.max(...corners.map(({ right }) => right)) - left,
    height: Math.max(...corners.map(({ bottom }) => bottom)) - top,
  }
}

function putInRows(parts: readonly Part[], most: number, whole: Layout): number {
  let [x, y, high] = [0, 0, 0]
  for (const { places, lanes, width, height } of parts) {
    if (x > 0 && x + width > most) {
      y += high + APART
      x = high = 0
    }
    for (const [id, place] of Object.entries(places)) whole.places[id] = { x: place.x + x, y: place.y + y }
    for (const [id, some] of Object.entries(lanes)) whole.lanes[id] = some.map((lane) => ({ from: lane.from + x, to: lane.to + x, y: lane.y + y }))
    x += width + APART
    high = Math.max(high, height)
  }
  return parts.length > 0 ? y + high + APART : 0
}

/** Each goes to where there is most room still. */
function putInColumns(boxes: readonly Box[], most: number, top: number, whole: Layout): void {
  if (boxes.length === 0) return
  const wide = Math.max(...boxes.map(({ width }) => width)) + BELOW
  const bottoms = Array.from({ length: Math.max(1, Math.min(boxes.length, Math.floor((most + BELOW) / wide))) }, () => top)
  for (const { id, height } of [...boxes].sort((one, other) => other.height - one.height)) {
    const column = bottoms.indexOf(Math.min(...bottoms))
    const y = bottoms[column] ?? top
    whole.places[id] = { x: column * wide, y }
    bottoms[column] = y + height + BELOW
  }
}
