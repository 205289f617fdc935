/** Watching records with curl: a stream, and a request that says what it is to tell. */
import { inShell } from '../../code/literals'
import type { Call, Place } from './call'

/** What is subscribed to, with its options as the SDKs send them. */
export function topicOf(collection: string, { values }: Pick<Call, 'values'>): string {
  const query = Object.fromEntries(['filter', 'expand', 'fields'].flatMap((name) => (values[name] ? [[name, values[name]]] : [])))
  const options = Object.keys(query).length === 0 ? '' : `?options=${encodeURIComponent(JSON.stringify({ query }))}`
  return `${collection}/${values.topic || '*'}${options}`
}

export function streamCurl(call: Call, { server, collection, signsIn }: Place): string {
  const url = inShell(`${server}/api/realtime`)
  const topics = JSON.stringify([topicOf(collection.name, call)])
  const token = signsIn === undefined ? '' : '\n  -H "Authorization: $TOKEN" \\'
  return `# The stream; its first message tells its clientId.
curl -N ${url}

# In another shell, with that id as $CLIENT_ID:
curl -X POST ${url} \\${token}
  -H 'Content-Type: application/json' \\
  -d '{"clientId": "'"$CLIENT_ID"'", "subscriptions": '${inShell(topics)}'}'`
}
