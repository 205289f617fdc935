/** What is sent of an import of which parts were chosen. */
import type { Collection } from '../../api/collections'
import type { CollectionDiff } from '../../lib/schema-diff'
import type { Described } from '../../lib/schema-text'

/** The chosen ones; where what is missing goes, also those as they are that are to stay. */
export function payload(wanted: readonly CollectionDiff[], stored: readonly Collection[], removes: boolean): Described[] {
  const sent = wanted.flatMap(({ after }) => (after ? [after] : []))
  if (!removes) return sent
  const touched = new Set(wanted.flatMap(({ before }) => (before ? [before.id] : [])))
  return [...sent, ...stored.filter(({ id }) => !touched.has(id))]
}
