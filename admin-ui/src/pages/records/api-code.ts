/** What an app writes to read and change one record, ready to paste. */
import type { Field } from '../../api/fields'
import { curlOf } from '../../code/curl'
import type { Language } from '../../code/language'
import { inDart, inScript } from '../../code/literals'
import { dartProgramOf, scriptOf } from '../../code/program'

/** Which record, and where it is served. */
export interface Place {
  origin: string
  collection: string
  id: string
}

export function viewCode(language: Language, place: Place): string {
  const { origin, collection, id } = place
  switch (language) {
    case 'curl':
      return curlOf({ method: 'GET', url: address(place), signedIn: true })
    case 'javascript':
      return scriptOf(origin, `const record = await pb.collection(${inScript(collection)}).getOne(${inScript(id)})`)
    case 'dart':
      return dartProgramOf(origin, [`final record = await pb.collection(${inDart(collection)}).getOne(${inDart(id)});`])
  }
}

export function updateCode(language: Language, place: Place, body: Record<string, unknown>): string {
  const { origin, collection, id } = place
  switch (language) {
    case 'curl':
      return curlOf({ method: 'PATCH', url: address(place), signedIn: true, body })
    case 'javascript':
      return scriptOf(origin, `const record = await pb.collection(${inScript(collection)}).update(${inScript(id)}, ${inScript(body)})`)
    case 'dart':
      return dartProgramOf(origin, [
        `final record = await pb.collection(${inDart(collection)}).update(${inDart(id)}, body: ${inDart(body)});`,
      ])
  }
}

/** The fields that an example can change, by their names. */
export function tellingFields(fields: readonly Field[]): string[] {
  const plain = fields.filter(({ type, name, system }) => !['autodate', 'file', 'password'].includes(type) && name !== 'id' && !system)
  return plain.map(({ name }) => name)
}

/** The fields of a record that an example changes: the first few whose values tell something. */
export function exampleOf(row: Readonly<Record<string, unknown>>, names: readonly string[], most = 3): Record<string, unknown> {
  const isEmpty = (value: unknown): boolean =>
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  const telling = names.filter((name) => !isEmpty(row[name]))
  const chosen = (telling.length > 0 ? telling : names).slice(0, most)
  return Object.fromEntries(chosen.map((name) => [name, row[name]]))
}

function address({ origin, collection, id }: Place): string {
  return `${origin}/api/collections/${encodeURIComponent(collection)}/records/${encodeURIComponent(id)}`
}
