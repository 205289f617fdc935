/** High columns side by side: where very many lead to the same, the column of them would be a line that no window shows.
 * Each becomes several, filled row by row, and links go between the rows. */
import { BELOW, BESIDE, SHAPE, type Column, type Lane, type Middle, type Part, type Point, type Way } from './boxes'

/** Between boxes of a row: links turn there. */
const TURN = 56
/** How far from a box they do. */
const REACH = 40
/** Between rows that links pass, and the most that there may be. */
const PASS = 44
const WIDEST_PASS = 160
/** Between links in one gap, where there is room. */
const LINE = 6

/** The columns of a layout, from left to right. */
export function columnsOf(middles: readonly Middle[]): Column[] {
  const columns = new Map<number, Middle[]>()
  for (const one of middles) {
    const key = Math.round(one.x)
    columns.set(key, [...(columns.get(key) ?? []), one])
  }
  return [...columns.values()]
    .map((boxes) => ({ x: boxes[0]?.x ?? 0, width: Math.max(...boxes.map(({ width }) => width)), boxes: boxes.sort((one, other) => one.y - other.y) }))
    .sort((one, other) => one.x - other.x)
}

/** A column in its new form. */
interface Folded {
  left: number
  right: number
  /** Its boxes by rows. */
  rows: Middle[][]
  /** What is free above each row, and below the last one. */
  gaps: { top: number; bottom: number }[]
  /** How many stand side by side. */
  many: number
}

interface Seat {
  column: Folded
  row: number
  /** Which one of its row, and where its edges are. */
  at: number
  left: number
  right: number
}

export function fold(columns: readonly Column[], ways: readonly Way[]): Part {
  const boxes = columns.flatMap((one) => one.boxes)
  const area = boxes.reduce((sum, { width, height }) => sum + (width + TURN) * (height + PASS), 0)
  const most = Math.max(Math.sqrt(area / SHAPE), ...boxes.map(({ height }) => height))
  const rows = columns.map((column) => rowsOf(column, most))
  const height = Math.max(...rows.map(heightOf))
  const places: Record<string, Point> = {}
  const seats = new Map<string, Seat>()
  const folded = new Map<Column, Folded>()
  let left = 0
  for (const [index, column] of columns.entries()) {
    const own = rows[index] ?? []
    const one = placed(own, column.width, left, height)
    folded.set(column, one)
    for (const [row, boxesOfRow] of own.entries()) {
      for (const [at, { id, width, height: high }] of boxesOfRow.entries()) {
        const x = left + at * (column.width + TURN) + (column.width - width) / 2
        const [top, bottom] = [one.gaps[row]?.bottom ?? 0, one.gaps[row + 1]?.top ?? 0]
        places[id] = { x, y: (top + bottom - high) / 2 }
        seats.set(id, { column: one, row, at, left: x, right: x + width })
      }
    }
    left = one.right + BESIDE
  }
  return { places, lanes: lanesOf(ways, seats, folded), width: left - BESIDE, height }
}

function rowsOf({ boxes }: Column, most: number): Middle[][] {
  const whole = boxes.reduce((sum, { height }) => sum + height + BELOW, 0)
  const many = Math.max(1, Math.min(boxes.length, Math.ceil(whole / most)))
  return Array.from({ length: Math.ceil(boxes.length / many) }, (_, row) => boxes.slice(row * many, (row + 1) * many))
}

const highest = (row: readonly Middle[]): number => Math.max(...row.map(({ height }) => height))

function heightOf(rows: readonly Middle[][]): number {
  return rows.reduce((sum, row) => sum + highest(row) + PASS, 0) - PASS
}

/** The rows of a column over the height that there is. */
function placed(rows: Middle[][], width: number, left: number, height: number): Folded {
  const rest = height - heightOf(rows)
  const gap = Math.min(WIDEST_PASS, PASS + rest / rows.length)
  let y = (height - (heightOf(rows) + (gap - PASS) * (rows.length - 1))) / 2
  const gaps = [{ top: y - PASS, bottom: y }]
  for (const row of rows) {
    const bottom = y + highest(row)
    gaps.push({ top: bottom, bottom: bottom + gap })
    y = bottom + gap
  }
  const many = Math.max(...rows.map((row) => row.length))
  return { left, right: left + many * width + (many - 1) * TURN, rows, gaps, many }
}

/** A piece of a way, of which it is known between which rows it lies. */
interface Piece {
  lane: Lane
  column: Folded
  gap: number
  /** What lies higher in the gap comes first. */
  order: number
}

function lanesOf(ways: readonly Way[], seats: ReadonlyMap<string, Seat>, folded: ReadonlyMap<Column, Folded>): Record<string, Lane[]> {
  const pieces: Piece[] = []
  const lanes: Record<string, Lane[]> = {}
  for (const { id, from, to, passed } of ways) {
    const [start, end] = [seats.get(from), seats.get(to)]
    if (!start || !end) continue
    const isBack = end.left < start.left
    const own = [
      ...inner(start, isBack, true),
      ...passed.flatMap(({ column, y }): Piece[] => {
        const one = folded.get(column)
        if (!one) return []
        const before = column.boxes.filter((box) => box.y < y).length
        const [from, to] = isBack ? [one.right, one.left] : [one.left, one.right]
        return [{ lane: { from, to, y: 0 }, column: one, gap: Math.min(one.rows.length, Math.round(before / one.many)), order: y }]
      }),
      ...inner(end, isBack, false),
    ]
    pieces.push(...own)
    lanes[id] = own.map(({ lane }) => lane)
  }
  apart(pieces)
  return lanes
}

/** From a box out of its column, or into the column to a box: past those of the same row. */
function inner({ column, row, at, left, right }: Seat, isBack: boolean, isOut: boolean): Piece[] {
  const isLeft = isBack === isOut
  if (isLeft ? at === 0 : at >= (column.rows[row]?.length ?? 0) - 1) return []
  const [near, far] = isLeft ? [left - REACH, column.left] : [right + REACH, column.right]
  return [{ lane: isOut ? { from: near, to: far, y: 0 } : { from: far, to: near, y: 0 }, column, gap: row, order: at }]
}

/** Those in the same gap lie beside each other. */
function apart(pieces: readonly Piece[]): void {
  const gaps = new Map<{ top: number; bottom: number }, Piece[]>()
  for (const piece of pieces) {
    const gap = piece.column.gaps[piece.gap]
    if (gap) gaps.set(gap, [...(gaps.get(gap) ?? []), piece])
  }
  for (const [{ top, bottom }, some] of gaps) {
    const step = Math.min(LINE, (bottom - top - 8) / some.length)
    const first = (top + bottom - step * (some.length - 1)) / 2
    for (const [at, { lane }] of some.sort((one, other) => one.order - other.order).entries()) lane.y = first + at * step
  }
}
