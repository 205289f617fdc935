/** Where one is in a grid: a cell, and the range between it and another one. */

export interface Place {
  row: number
  column: number
}

export class Cursor {
  /** The cell that moves. */
  at: Place = $state.raw({ row: 0, column: 0 })
  /** Where the range began; nowhere, if it is one cell. */
  from: Place | undefined = $state.raw()

  put(place: Place): void {
    this.at = place
    this.from = undefined
  }

  /** Takes the range along. */
  extend(place: Place): void {
    this.from ??= this.at
    this.at = place
  }

  get range(): { top: number; bottom: number; left: number; right: number } {
    const from = this.from ?? this.at
    return {
      top: Math.min(from.row, this.at.row),
      bottom: Math.max(from.row, this.at.row),
      left: Math.min(from.column, this.at.column),
      right: Math.max(from.column, this.at.column),
    }
  }

  /** Whether a cell is in a range of several. */
  has(row: number, column: number): boolean {
    if (!this.from) return false
    const { top, bottom, left, right } = this.range
    return row >= top && row <= bottom && column >= left && column <= right
  }
}
