/** Pictures that are dropped into a text of a record: they are stored as its files at once, so that they have an address. */
import { ApiError } from '../../api/client'
import { isMultiple, type FileField } from '../../api/fields'
import { fileAddress } from '../../api/records'
import { refused } from '../../fields/file/held'
import type { Keep } from '../../fields/pictures'
import { list } from '../../lib/lists'
import type { Draft } from './draft.svelte'

type Kept = Awaited<ReturnType<Keep>>

export async function attach(draft: Draft | undefined, picture: File): Promise<Kept> {
  if (!draft?.stored) return { fault: 'Create the record first: pictures in its text become files of it.' }
  const field = fieldFor(draft)
  if (!field) return { fault: 'There is no field with room for the picture: it takes one of the type file, for several, that is not protected.' }
  const fault = refused(picture, field)
  if (fault !== undefined) return { fault }
  try {
    const row = await draft.add(field, picture)
    const name = list(row?.[field.name]).at(-1)
    return !row || name === undefined ? { fault: 'The picture could not be stored.' } : { address: fileAddress(row, name) }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const why = error.fields[field.name] ?? (error.status === 412 ? 'the record was changed meanwhile. Look at that first.' : error.message)
    return { fault: `The picture could not be stored: ${why}` }
  }
}

/** The first field that takes a further file, which everybody sees who sees the record. */
function fieldFor(draft: Draft): FileField | undefined {
  return draft.fields.find((field): field is FileField => {
    if (field.type !== 'file' || field.protected || !isMultiple(field)) return false
    return list(draft.stored?.[field.name]).length < field.maxSelect
  })
}
