/** Records as they change: the realtime stream, as every app uses it. */
import type PocketBase from 'pocketbase'
import type { RecordSubscription } from 'pocketbase'
import { backend } from './backend'
import type { Row } from './records'

export type StreamState = 'connecting' | 'live' | 'lost'

export interface Watcher {
  state: (state: StreamState) => void
  changed: (action: 'create' | 'update' | 'delete', row: Row) => void
  /** The stream is back: what happened meanwhile, nobody told. */
  missed: () => void
  /** It did not come about, and why. */
  failed?: (error: unknown) => void
}

/** Watches the records of a collection until the given function is called. */
export function watchRecords(collection: string, expand: string, watcher: Watcher): () => void {
  return watch(backend, collection, '*', expand === '' ? {} : { expand }, watcher)
}

/** Watches a topic as whoever the client is. */
export function watch(client: PocketBase, collection: string, topic: string, options: Record<string, string>, watcher: Watcher): () => void {
  let isOver = false
  let connections = 0
  const takeBack: (() => Promise<void>)[] = []

  client.realtime.onDisconnect = (active) => {
    // Without subscriptions it was this program that hung up.
    if (!isOver && active.length > 0) watcher.state('lost')
  }

  const keep = (asked: Promise<() => Promise<void>>): Promise<void> =>
    asked.then((end) => {
      if (isOver) end().catch(() => undefined)
      else takeBack.push(end)
    })

  const tell = ({ action, record }: RecordSubscription<Row>): void => {
    if (!isOver && isAction(action)) watcher.changed(action, record)
  }

  watcher.state('connecting')
  Promise.all([
    keep(client.collection<Row>(collection).subscribe(topic, tell, options)),
    keep(
      client.realtime.subscribe('PB_CONNECT', () => {
        if (isOver) return
        connections += 1
        watcher.state('live')
        if (connections > 1) watcher.missed()
      }),
    ),
  ]).then(
    () => {
      if (!isOver) watcher.state(client.realtime.isConnected ? 'live' : 'connecting')
    },
    // The page works without it, too; it says that it does not hear.
    (error: unknown) => {
      if (isOver) return
      watcher.state('lost')
      watcher.failed?.(error)
    },
  )

  return () => {
    isOver = true
    for (const end of takeBack) end().catch(() => undefined)
  }
}

function isAction(action: string): action is 'create' | 'update' | 'delete' {
  return action === 'create' || action === 'update' || action === 'delete'
}
