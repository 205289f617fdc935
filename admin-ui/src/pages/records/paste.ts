/** What a pasted table would change. */
import type { Field } from '../../api/fields'
import type { Row } from '../../api/records'
import { isPasted, readPlain } from '../../fields/plain'
import type { Edit } from './edits.svelte'

export interface Fault {
  id: string
  field: string
  text: string
  fault: string
}

export interface Paste {
  edits: Edit[]
  faults: Fault[]
  /** How many lines, and columns, lie beyond the grid. */
  beyond: { rows: number; columns: number }
}

/** A table over some rows and columns. One value alone goes into all of them. */
export function pasteOf(table: string[][], rows: Row[], fields: Field[]): Paste {
  const only = table.length === 1 && table[0]?.length === 1 ? table[0][0] : undefined
  const wide = Math.max(...table.map((line) => line.length))
  const paste: Paste = {
    edits: [],
    faults: [],
    beyond: only !== undefined ? { rows: 0, columns: 0 } : { rows: Math.max(0, table.length - rows.length), columns: Math.max(0, wide - fields.length) },
  }
  rows.forEach((row, down) => {
    fields.forEach((field, along) => {
      const text = only ?? table[down]?.[along]
      if (text !== undefined) put(paste, row, field, text)
    })
  })
  return paste
}

function put(paste: Paste, row: Row, field: Field, text: string): void {
  const [id, before] = [row.id, row[field.name]]
  if (!isPasted(field)) {
    paste.faults.push({ id, field: field.name, text, fault: 'Nothing can be pasted into this column.' })
    return
  }
  const read = readPlain(text, field)
  if ('fault' in read) paste.faults.push({ id, field: field.name, text, fault: read.fault })
  else if (JSON.stringify(read.value) !== JSON.stringify(before)) paste.edits.push({ id, field: field.name, before, after: read.value })
}
