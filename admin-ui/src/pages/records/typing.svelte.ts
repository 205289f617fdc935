/** Values of a grid that are typed in their cells. */
import type { Row } from '../../api/records'
import { isEditedInPlace } from '../../fields/plain'
import { Later } from '../../state/later.svelte'
import type { Way } from './CellEditor.svelte'
import type { Place } from './cursor.svelte'
import type { Edits } from './edits.svelte'
import type { Rows } from './rows.svelte'
import type { Sheet } from './sheet.svelte'

interface Of {
  readonly rows: Rows
  /** Absent where nothing can be changed. */
  readonly edits: Edits | undefined
}

export class Typing {
  /** The cell that is typed in. */
  at: (Place & { of: Row }) | undefined = $state.raw()
  /** The input of a cell. Who only looks at records needs none: it comes with the first sign that somebody may type. */
  readonly editor = new Later(() => import('./CellEditor.svelte'))
  /** What was typed before the input came. */
  ahead = ''
  readonly #sheet: Sheet
  readonly #of: Of

  constructor(sheet: Sheet, of: Of) {
    this.#sheet = sheet
    this.#of = of
  }

  /** The record at a place, if its value there can be typed. */
  editable({ row, column }: Place): Row | undefined {
    const { rows, edits } = this.#of
    const field = this.#sheet.columns[column]?.field
    const here = rows.at(row)
    return edits && field && here && isEditedInPlace(field) && !rows.isStruck(here.id) ? here : undefined
  }

  begin(place: Place): void {
    const here = this.editable(place)
    const field = this.#sheet.columns[place.column]?.field
    if (!here || !field) return
    this.#sheet.cursor.put(place)
    // Yes or no needs no typing.
    if (field.type === 'bool') this.#save(here, field.name, here[field.name] !== true)
    else void this.#open({ ...place, of: here })
  }

  /** Somebody may type soon. */
  hint(): void {
    if (this.#of.edits) this.editor.hint()
  }

  /** A cell is to be typed in, and its input is on its way. */
  get isComing(): boolean {
    return this.at !== undefined && !this.editor.there
  }

  /** Keys that are for an input on its way. */
  hold(event: KeyboardEvent): void {
    const isBrowsers = event.ctrlKey || event.metaKey || event.altKey || event.key === 'Tab'
    if (event.key === 'Escape' || event.key === 'Tab') this.leave()
    else if (event.key === 'Backspace') this.ahead = this.ahead.slice(0, -1)
    else if (event.key.length === 1 && !isBrowsers) this.ahead += event.key
    // Those that move about a grid mean nothing here.
    if (!isBrowsers) event.preventDefault()
  }

  async #open(at: Place & { of: Row }): Promise<void> {
    this.ahead = ''
    this.at = at
    if (this.isComing) this.#sheet.focus()
    const isThere = await this.editor.want()
    if (!isThere && this.at === at) this.leave()
  }

  /** What typing begins with: what was refused, else what is stored. */
  before(of: Row, field: string): unknown {
    const refused = this.#of.edits?.pending(of.id)?.[field]
    return refused ? refused.value : of[field]
  }

  leave(): void {
    this.at = undefined
    this.#sheet.focus()
  }

  async commit(place: Place, of: Row, field: string, value: unknown, way: Way): Promise<void> {
    // What is typed in meanwhile is another cell.
    if (this.at?.of.id === of.id && this.at.column === place.column) this.at = undefined
    this.#save(of, field, value)
    if (way === 'stay') return
    this.#sheet.focus()
    const { row, column } = place
    if (way === 'down') return this.#sheet.move(row + 1, column)
    // On to the next cell that can be typed in.
    const by = way === 'right' ? 1 : -1
    const { columns } = this.#sheet
    let next = column + by
    while (next >= 0 && next < columns.length && !this.editable({ row, column: next })) next += by
    const isThere = next >= 0 && next < columns.length
    await this.#sheet.move(row, isThere ? next : column)
    if (isThere && columns[next]?.field.type !== 'bool') this.begin({ row, column: next })
  }

  #save({ id, ...of }: Row, field: string, value: unknown): void {
    const { rows, edits } = this.#of
    const before = (rows.find(id) ?? of)[field]
    edits?.revert(id, field)
    if (JSON.stringify(value) !== JSON.stringify(before)) void edits?.write([{ id, field, before, after: value }])
  }
}
