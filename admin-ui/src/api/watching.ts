/** Watching a topic as somebody else than whoever is signed in: on a stream of its own. */
import PocketBase, { BaseAuthStore, ClientResponseError } from 'pocketbase'
import { readEnvelope } from '../lib/envelope'
import { backend } from './backend'
import { watch, type Watcher } from './live'

export interface Watched {
  /** Of whoever watches; a guest has none. */
  token: string
  collection: string
  topic: string
  /** `filter`, `expand` and `fields`; empty ones are left out. */
  options: Readonly<Record<string, string>>
}

/** Watches until the given function is called. `refused` hears what the server said against it. */
export function watchAs({ token, collection, topic, options }: Watched, watcher: Watcher, refused: (message: string) => void): () => void {
  const client = new PocketBase(backend.baseURL, new BaseAuthStore())
  client.autoCancellation(false)
  if (token !== '') client.authStore.save(token)
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''))
  const failed = (error: unknown): void => refused(told(error))
  return watch(client, collection, topic, given, { ...watcher, failed })
}

function told(error: unknown): string {
  if (!(error instanceof ClientResponseError) || error.status === 0) return 'The server did not answer.'
  const { message, fields } = readEnvelope(error.response)
  return [`${error.status}: ${message}`, ...Object.values(fields)].join(' ')
}
