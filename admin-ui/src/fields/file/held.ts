/** What a field of files holds while it is edited: names that are stored, and files that will be. */
import type { FileField } from '../../api/fields'
import { size } from '../../lib/words'

export type Held = string | File

/** The server's default for a field without a limit. */
const MOST_BYTES = 5 * 1024 * 1024

/** The list with further files, as far as there is room: one file takes the place of the other. */
export function added(held: Held[], files: File[], field: FileField): Held[] {
  if (field.maxSelect <= 1) return files.slice(-1)
  return [...held, ...files].slice(0, field.maxSelect)
}

/** Why a file need not be sent at all, in a sentence; the server looks at its content as well. */
export function refused(file: File, field: FileField): string | undefined {
  const most = field.maxSize > 0 ? field.maxSize : MOST_BYTES
  if (file.size > most) return `${file.name} has ${size(file.size)}; ${size(most)} is the most.`
  const types = field.mimeTypes ?? []
  // What the browser has no type for, the server decides.
  if (types.length > 0 && file.type !== '' && !types.includes(file.type)) {
    return `${file.name} is ${file.type}; taken are ${types.join(', ')}.`
  }
  return undefined
}
