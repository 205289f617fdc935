/** Keys that go from cell to cell of a table which is one stop for the Tab key. */

export interface Place {
  row: number
  column: number
}

/** Where a key leads; `undefined` where it is none of them. */
export function placeAfter(key: string, { row, column }: Place, rows: number, columns: number): Place | undefined {
  const to = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [row, 0],
    End: [row, columns - 1],
    PageUp: [0, column],
    PageDown: [rows - 1, column],
  }[key]
  if (!to) return undefined
  const within = (value: number | undefined, many: number): number => Math.max(0, Math.min(many - 1, value ?? 0))
  return { row: within(to[0], rows), column: within(to[1], columns) }
}
