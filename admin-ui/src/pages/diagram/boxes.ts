/** What a layout is about, and how far things stand apart in it. */

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

/** A part that hangs together, laid out by itself. */
export interface Part extends Layout {
  width: number
  height: number
}

/** A box, and where its middle is. */
export type Middle = Box & Point

/** Boxes above each other, from top to bottom. */
export interface Column {
  x: number
  width: number
  boxes: Middle[]
}

/** A link, and at which height it passes which columns. */
export interface Way extends Link {
  passed: { column: Column; y: number }[]
}

export const BESIDE = 112
export const BELOW = 32
/** How much wider than high a whole should be. */
export const SHAPE = 1.5
