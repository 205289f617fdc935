// A real server with one superuser, and clients for it.

import PocketBase from 'pocketbase'
import { startProcess } from './process.js'

export const EMAIL = 'root@example.com'
export const PASSWORD = 'correct horse battery'

/** Starts a server as `startProcess` does, with a superuser. */
export async function startServer({ prepare = [], ...options } = {}) {
  const server = await startProcess({ prepare: [['superuser', 'upsert', EMAIL, PASSWORD], ...prepare], ...options })
  return {
    ...server,
    /** A client without a token. */
    guest: () => new PocketBase(server.url),
    /** A client that is signed in as the superuser. */
    async superuser() {
      const client = new PocketBase(server.url)
      await client.collection('_superusers').authWithPassword(EMAIL, PASSWORD)
      return client
    },
  }
}
