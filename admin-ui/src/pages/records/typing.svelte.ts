/** Values of a grid that are typed in their cells. */
import type { Row } from '../../api/records'
import { isEditedInPlace } from '../../fields/plain'
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
    else this.at = { ...place, of: here }
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
