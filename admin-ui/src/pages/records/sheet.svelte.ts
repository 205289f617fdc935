/** What of a grid is in view, where its cells lie, and where one is in it. */
import { tick } from 'svelte'
import { linesIn, scrollTo, windowOf } from '../../lib/window'
import type { Column, Columns } from './columns.svelte'
import { Cursor, type Place } from './cursor.svelte'
import { density } from './density.svelte'
import type { Rows } from './rows.svelte'

/** How high the header is, and how wide the column of checkboxes, in pixels. */
export const HEAD = 36
export const GUTTER = 40
/** The part of the width that columns may take which stay at the left. */
const MOST_PINNED = 0.6

export interface Shown {
  readonly rows: Rows
  readonly columns: Columns
}

export class Sheet {
  /** The ids of its cells begin with it. */
  readonly id: string
  readonly cursor = new Cursor()
  scrollTop = $state(0)
  scrollLeft = $state(0)
  viewHeight = $state(600)
  viewWidth = $state(1_000)
  readonly #of: Shown
  #view: HTMLElement | undefined

  constructor(id: string, of: Shown) {
    this.id = id
    this.#of = of
  }

  readonly columns: Column[] = $derived.by(() => this.#of.columns.shown)
  readonly total: number = $derived.by(() => this.#of.rows.total ?? 0)
  /** How high a row is. */
  readonly height: number = $derived.by(() => density.height)
  readonly frame = $derived.by(() => windowOf(this.total, this.height, this.scrollTop, this.viewHeight - HEAD))
  /** How many rows are drawn at most. */
  readonly #lines: number = $derived.by(() => linesIn(this.height, this.viewHeight - HEAD))
  /** The places of the rows that are drawn. */
  readonly places: number[] = $derived.by(() => Array.from({ length: this.frame.end - this.frame.first }, (_, at) => this.frame.first + at))
  readonly template: string = $derived.by(() => `${GUTTER}px ${this.columns.map(({ width }) => `${width}px`).join(' ')} minmax(0, 1fr)`)
  /** How many rows a page has. */
  readonly page: number = $derived.by(() => Math.max(1, Math.floor((this.viewHeight - HEAD) / this.height) - 1))
  /** How many columns stay at the left: none where the others would have no room. */
  readonly pins: number = $derived.by(() => {
    const pinned = this.columns.filter((one) => one.pinned)
    const width = pinned.reduce((sum, one) => sum + one.width, GUTTER)
    return width <= this.viewWidth * MOST_PINNED ? pinned.length : 0
  })
  /** How much room what stays at the left takes. */
  readonly pinned: number = $derived.by(() => this.columns.slice(0, this.pins).reduce((sum, one) => sum + one.width, GUTTER))
  /** Where the columns begin, in pixels. */
  readonly lefts: number[] = $derived.by(() => {
    let left = GUTTER
    return this.columns.map(({ width }) => (left += width) - width)
  })

  /** Takes the element that scrolls. */
  show(view: HTMLElement): void {
    this.#view = view
  }

  scrolled(): void {
    this.scrollTop = this.#view?.scrollTop ?? 0
    this.scrollLeft = this.#view?.scrollLeft ?? 0
  }

  /** How wide the content of a column is, as far as it is drawn. */
  contentWidth(column: number): number {
    const view = this.#view
    if (!view) return 0
    // Cells are as wide as their content for the moment of measuring.
    view.dataset.fitting = ''
    const cells = view.querySelectorAll<HTMLElement>(`:scope [aria-colindex="${column + 2}"]`)
    const width = Math.max(0, ...[...cells].map((cell) => cell.offsetWidth))
    delete view.dataset.fitting
    return width
  }

  /** Scrolls sideways, while something is drawn to an edge. */
  nudge(x: number): void {
    const box = this.#view?.getBoundingClientRect()
    if (!this.#view || !box) return
    if (x > box.right - 48) this.#view.scrollLeft += 16
    else if (x < box.left + this.pinned + 24) this.#view.scrollLeft -= 16
  }

  focus(): void {
    this.#view?.focus()
  }

  toTop(): void {
    if (this.#view) this.#view.scrollTop = 0
    this.scrollTop = 0
    this.cursor.put({ row: 0, column: 0 })
  }

  /** Goes to the cell that is next to a place, and takes the range along where it is to be `further`. */
  async move(row: number, column: number, further = false): Promise<void> {
    const view = this.#view
    if (!view) return
    const place = {
      row: Math.max(0, Math.min(this.total - 1, row)),
      column: Math.max(0, Math.min(this.columns.length - 1, column)),
    }
    if (further) this.cursor.extend(place)
    else this.cursor.put(place)
    view.scrollTop = scrollTo(place.row, this.total, this.height, view.scrollTop, this.viewHeight - HEAD)
    this.scrollTop = view.scrollTop
    await tick()
    document.getElementById(this.cellId(place))?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  /**
   * Which of the lines on the screen shows a row. A line is used again for the row that comes when another one goes:
   * writing other values into what is there costs a fraction of making it anew.
   */
  lineOf(row: number): number {
    return row % this.#lines
  }

  cellId({ row, column }: Place): string {
    return this.cellIn(this.lineOf(row), column)
  }

  /** The id of a cell in a line. */
  cellIn(line: number, column: number): string {
    return `${this.id}-${line}-${column}`
  }

  /** The cell that an event is about. */
  placeOf({ target }: Event): Place | undefined {
    const cell = target instanceof Element ? target.closest('.cell') : null
    const [row, column] = [cell?.parentElement?.ariaRowIndex, cell?.ariaColIndex]
    return row && column ? { row: Number(row) - 2, column: Number(column) - 2 } : undefined
  }

  isInView(row: number): boolean {
    return row >= this.frame.first && row < this.frame.end
  }

  /** Whether a row lies so low that there is more room above it. */
  isLow(row: number): boolean {
    const y = HEAD + this.frame.offset + (row - this.frame.first) * this.height - this.scrollTop
    return y > this.viewHeight / 2 && y + this.height + 240 > this.viewHeight
  }

  /** The range: its rows, its columns. */
  get range(): { top: number; bottom: number; columns: Column[] } {
    const { top, bottom, left, right } = this.cursor.range
    return { top, bottom: Math.min(bottom, this.total - 1), columns: this.columns.slice(left, right + 1) }
  }

  // What lies over the cells is drawn once, not asked for in each of them: there are many, and they come and go while one
  // scrolls.
  left(column: number): string {
    return `${this.#begin(column)}px`
  }

  top(row: number): string {
    return `${(row - this.frame.first) * this.height}px`
  }

  width(first: number, last = first): string {
    const end = (this.lefts[last] ?? 0) + (this.columns[last]?.width ?? 0)
    // What begins at the left and goes on below it ends no sooner than that.
    const seen = last < this.pins ? end + this.scrollLeft : first < this.pins ? Math.max(end, this.pinned + this.scrollLeft) : end
    return `${seen - this.#begin(first)}px`
  }

  /** Whether a column stays at the left. */
  isPinned(column: number): boolean {
    return column < this.pins
  }

  #begin(column: number): number {
    return (this.lefts[column] ?? 0) + (this.isPinned(column) ? this.scrollLeft : 0)
  }
}
