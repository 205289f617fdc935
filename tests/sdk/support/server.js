// A real server in a directory of its own, and clients for it.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import PocketBase from 'pocketbase'

const BINARY = process.env.TUCKBOX_BIN ?? fileURLToPath(new URL('../../../target/debug/tuckbox', import.meta.url))

export const EMAIL = 'root@example.com'
export const PASSWORD = 'correct horse battery'

/** Starts a server with one superuser, after these commands on its directory; call `stop()` in `after`. */
export async function startServer({ prepare = [] } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'tuckbox-sdk-'))
  const made = spawnSync(BINARY, ['superuser', 'upsert', EMAIL, PASSWORD, '--dir', dir], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`no superuser: ${made.stderr}`)

  for (const command of prepare) {
    const done = spawnSync(BINARY, [...command, '--dir', dir], { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`${command.join(' ')}: ${done.stdout}${done.stderr}`)
  }

  const child = spawn(BINARY, ['serve', '--http', '127.0.0.1:0', '--dir', dir], { stdio: ['ignore', 'pipe', 'pipe'] })
  const url = await firstAddress(child)
  child.stdout.resume()
  child.stderr.resume()

  return {
    url,
    /** A client without a token. */
    guest: () => new PocketBase(url),
    /** A client that is signed in as the superuser. */
    async superuser() {
      const client = new PocketBase(url)
      await client.collection('_superusers').authWithPassword(EMAIL, PASSWORD)
      return client
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)))
      child.kill('SIGTERM')
      const code = await ended
      await rm(dir, { recursive: true, force: true })
      return code
    },
  }
}

/** The address that the server prints once it listens. */
function firstAddress(child) {
  return new Promise((resolve, reject) => {
    let printed = ''
    const timer = setTimeout(() => reject(new Error(`no address within 20 s:\n${printed}`)), 20_000)
    const look = (chunk) => {
      printed += chunk
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(printed)
      if (!found) return
      clearTimeout(timer)
      resolve(found[0])
    }
    child.stdout.on('data', look)
    child.stderr.on('data', look)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`ended with ${code} before it listened:\n${printed}`))
    })
  })
}
