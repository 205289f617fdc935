/** What could be written, with the values that the server knows. */
import { searchRecords } from '../api/records'
import { valuesOf } from '../api/values'
import { present } from '../fields/presentable'
import type { Suggestion, Suggest } from '../parts/code/types'
import { complete, fitting, type Wanted } from './complete'
import type { Ground } from './paths'
import { quoted } from './tokens'

/** Texts that are longer are no help in a list. */
const LONGEST = 80
const MOST = 20

export function suggesting(ground: () => Ground): Suggest {
  return (text, at, asked, signal) => {
    const found = complete({ ...ground(), text, at, asked, now: new Date() })
    if (!found?.wanted) return found
    const { wanted } = found
    return told(wanted, ground(), signal).then(
      (values) => ({ ...found, options: [...fitted(values, wanted), ...found.options] }),
      () => found,
    )
  }
}

function fitted(values: Suggestion[], { typed, field }: Wanted): Suggestion[] {
  return field.type === 'relation' ? values : fitting(values, typed)
}

async function told({ collection, field, typed }: Wanted, { collections }: Ground, signal: AbortSignal): Promise<Suggestion[]> {
  if (field.type === 'relation') {
    const target = collections.find(({ id }) => id === field.collectionId)
    if (!target) return []
    const rows = await searchRecords(target, typed, signal)
    return rows.slice(0, MOST).map((row) => ({ label: present(row, target), text: quoted(row.id), hint: row.id }))
  }
  const values = await valuesOf(collection, field, typed, signal)
  return values
    .filter((one) => String(one).length <= LONGEST)
    .slice(0, MOST)
    .map((one) => ({ label: typeof one === 'number' ? String(one) : quoted(one) }))
}
