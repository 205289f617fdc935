/** Where boxes go, so that what belongs together lies together and little crosses. Pure; it runs on a thread of its own. */
import { Graph, layout } from '@dagrejs/dagre'
import { BELOW, BESIDE, SHAPE, type Box, type Lane, type Layout, type Link, type Middle, type Part, type Point, type Way } from './boxes'
import { columnsOf, fold } from './fold'

/** Between parts that nothing connects. */
const APART = 64
/** Up to this height a column is no trouble, whatever is beside it. */
const LONG = 1_200

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
  const middles = boxes.map((box): Middle => ({ ...box, ...(graph.node(box.id) as unknown as Point) }))
  const columns = columnsOf(middles)
  const ways = inside.map(({ id, from, to }): Way => {
    const { points } = graph.edge({ v: from, w: to, name: id }) as unknown as { points: Point[] }
    // Where it passes a column; the points between columns are nobody's.
    const passed = points.slice(1, -1).flatMap(({ x, y }) => columns.filter((one) => Math.abs(one.x - x) < 1).map((column) => ({ column, y })))
    return { id, from, to, passed }
  })
  const flat = asLaidOut(middles, ways)
  return flat.height > LONG && flat.height * SHAPE > flat.width ? fold(columns, ways) : flat
}

function asLaidOut(middles: readonly Middle[], ways: readonly Way[]): Part {
  const left = Math.min(...middles.map(({ x, width }) => x - width / 2))
  const top = Math.min(...middles.map(({ y, height }) => y - height / 2))
  const lanes = ways.map(({ id, from, to, passed }): [string, Lane[]] => {
    const way = direction(middles, from, to)
    return [id, passed.map(({ column: { x, width }, y }) => ({ from: x - left - (way * width) / 2, to: x - left + (way * width) / 2, y: y - top }))]
  })
  return {
    places: Object.fromEntries(middles.map(({ id, x, y, width, height }) => [id, { x: x - width / 2 - left, y: y - height / 2 - top }])),
    lanes: Object.fromEntries(lanes),
    width: Math.max(...middles.map(({ x, width }) => x + width / 2)) - left,
    height: Math.max(...middles.map(({ y, height }) => y + height / 2)) - top,
  }
}

function direction(middles: readonly Middle[], from: string, to: string): -1 | 1 {
  const x = (id: string): number => middles.find((one) => one.id === id)?.x ?? 0
  return x(from) < x(to) ? 1 : -1
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
