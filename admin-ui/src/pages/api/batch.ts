/** What the body of a batch writes, one write after the other. */

export interface Write {
  verb: 'create' | 'update' | 'upsert' | 'delete'
  collection: string
  id: string | undefined
  body: unknown
}

const VERBS: Record<string, Write['verb']> = { POST: 'create', PATCH: 'update', PUT: 'upsert', DELETE: 'delete' }

/** What the requests of a batch write; those that no SDK could make are left out. */
export function writesOf(body: Readonly<Record<string, unknown>>): Write[] {
  const requests: unknown[] = Array.isArray(body.requests) ? body.requests : []
  return requests.flatMap((one): Write[] => {
    if (typeof one !== 'object' || one === null || !('method' in one) || !('url' in one)) return []
    const verb = VERBS[String(one.method)]
    const [, collection, id] = /^\/api\/collections\/([^/?]+)\/records(?:\/([^/?]+))?/.exec(String(one.url)) ?? []
    if (!verb || collection === undefined || (id === undefined) !== (verb === 'create' || verb === 'upsert')) return []
    return [{ verb, collection: decoded(collection), id: id === undefined ? undefined : decoded(id), body: 'body' in one ? one.body : {} }]
  })
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}
