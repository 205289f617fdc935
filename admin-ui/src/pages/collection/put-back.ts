/** What was typed into the fields of a collection while its saving was on its way. */
import type { DraftField } from './draft.svelte'
import { isSame } from '../../lib/same'

/**
 * The fields as they are stored now, with what changed since they were sent on top.
 *
 * @param sent as they were when they were sent
 * @param now as they are typed by now
 * @param stored what the server made of those that were sent
 */
export function putBack(sent: readonly DraftField[], now: readonly DraftField[], stored: readonly DraftField[]): DraftField[] {
  const before = new Map(sent.filter(({ removed }) => !removed).map(({ key, field }) => [key, field]))
  const byName = new Map(stored.map((one) => [one.field.name, one]))
  const fields: DraftField[] = []
  for (const one of now) {
    const its = before.get(one.key)
    const known = its && byName.get(its.name)
    if (known) {
      byName.delete(its.name)
      fields.push({ ...known, field: isSame(one.field, its) ? known.field : { ...one.field, id: known.field.id }, removed: one.removed })
    } else if (!one.removed) {
      fields.push({ ...one, before: undefined })
    }
  }
  // What was sent and taken away since is stored by now; the rest was added by the server.
  const names = new Set([...before.values()].map(({ name }) => name))
  for (const one of byName.values()) fields.push({ ...one, removed: names.has(one.field.name) })
  return fields
}
