/** A schema as text, to be kept beside the code of an app or taken to another server. */
import type { Collection } from '../api/collections'

/** The collections without what belongs to this server alone. Clients of other services are left out: without their
 * secrets, which the server tells nobody, they would be of no use elsewhere. */
export function schemaText(collections: readonly Collection[]): string {
  const told = collections.map((collection) => {
    const rest: Partial<Collection> = { ...collection }
    delete rest.created
    delete rest.updated
    const { oauth2 } = collection
    return oauth2 ? { ...rest, oauth2: { enabled: oauth2.enabled, mappedFields: oauth2.mappedFields } } : rest
  })
  return JSON.stringify(told, null, 2)
}

/** A collection in such a text: a part of one is enough. */
export type Described = Partial<Collection> & { name: string }

/** What a text describes: a list of collections, one of them, or what the server answers for them. */
export function readSchema(text: string): { collections: Described[] } | { fault: string } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { fault: `It is no JSON: ${(error as Error).message}` }
  }
  const list = Array.isArray(json) ? json : isObject(json) ? (Array.isArray(json.items) ? json.items : Array.isArray(json.collections) ? json.collections : [json]) : []
  if (list.length === 0) return { fault: 'There is no collection in it.' }
  const at = list.findIndex((one) => !isObject(one) || typeof one.name !== 'string' || one.name === '')
  if (at >= 0) return { fault: `Entry ${at + 1} is no collection: it has no name.` }
  const twice = list.find((one, index) => list.findIndex((other) => other.name === one.name) !== index)
  if (twice) return { fault: `${twice.name} is there twice.` }
  const wrong = list.find((one) => one.fields !== undefined && !(Array.isArray(one.fields) && one.fields.every((field: unknown) => isObject(field) && typeof field.name === 'string' && typeof field.type === 'string')))
  if (wrong) return { fault: `The fields of ${wrong.name} need a name and a type each.` }
  return { collections: list }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
