/** What a mouse does to a grid: cells are chosen, ranges drawn, records opened, and what is cut off is told whole. */
import type { Row } from '../../api/records'
import { plainOf } from '../../fields/plain'
import type { Place } from './cursor.svelte'
import type { Rows } from './rows.svelte'
import type { Sheet } from './sheet.svelte'
import type { Typing } from './typing.svelte'

interface Of {
  readonly rows: Rows
  onopen: (row: Row) => void
}

/** How much of a long value is told. */
const TOLD = 1_000

export class Pointing {
  /** The cell that the mouse is over, if it can be typed in. */
  hovered: Place | undefined = $state.raw()
  /** Where the mouse went down, to draw a range from there. */
  #pressed: Place | undefined
  /** The cell whose value is told. */
  #told: HTMLElement | undefined
  readonly #sheet: Sheet
  readonly #typing: Typing
  readonly #of: Of

  constructor(sheet: Sheet, typing: Typing, of: Of) {
    this.#sheet = sheet
    this.#typing = typing
    this.#of = of
  }

  readonly down = (event: PointerEvent): void => {
    const { cursor } = this.#sheet
    const place = this.#sheet.placeOf(event)
    if (!place || event.button !== 0 || event.pointerType !== 'mouse') return
    if (event.shiftKey) return cursor.extend(place)
    cursor.put(place)
    this.#pressed = place
  }

  readonly over = (event: PointerEvent): void => {
    if (event.pointerType !== 'mouse') return
    const place = this.#sheet.placeOf(event)
    if (place) {
      this.#tell(event, place)
      const isTyped = this.#typing.editable(place) && this.#sheet.columns[place.column]?.field.type !== 'bool'
      this.hovered = isTyped ? place : undefined
      if (isTyped) this.#typing.hint()
    }
    if (place && this.#pressed && event.buttons === 1) this.#sheet.cursor.extend(place)
    else this.#pressed = undefined
  }

  readonly click = (event: MouseEvent): void => {
    const { rows, onopen } = this.#of
    const place = this.#sheet.placeOf(event)
    // Ranges are drawn with Shift; with Ctrl the cursor goes there and nothing opens.
    if (!place || event.shiftKey || event.ctrlKey || event.metaKey) return
    this.#sheet.cursor.put(place)
    const here = rows.at(place.row)
    if (here && !rows.isStruck(here.id)) onopen(here)
  }

  leave(): void {
    this.hovered = undefined
  }

  /** Other rows come to where the mouse is. */
  scrolled(): void {
    this.#told?.removeAttribute('title')
    this.#told = undefined
  }

  /** What is cut off in its cell is told whole. */
  #tell({ target }: Event, { row, column }: Place): void {
    const cell = target instanceof Element ? target.closest<HTMLElement>('.cell') : null
    const [here, field] = [this.#of.rows.at(row), this.#sheet.columns[column]?.field]
    if (!cell || !here || !field || cell === this.#told) return
    this.scrolled()
    if (cell.scrollWidth <= cell.clientWidth) return
    cell.title = plainOf(here[field.name], field).slice(0, TOLD)
    this.#told = cell
  }
}
