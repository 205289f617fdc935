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

/**
 * Starts a server with one superuser, after these commands on its directory, with these further arguments and this
 * further environment; call `stop()` in `after`.
 */
export async function startServer({ prepare = [], args = [], env = {} } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'tuckbox-sdk-'))
  const made = spawnSync(BINARY, ['superuser', 'upsert', EMAIL, PASSWORD, '--dir', dir], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`no superuser: ${made.stderr}`)

  for (const command of prepare) {
    const done = spawnSync(BINARY, [...command, '--dir', dir], { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`${command.join(' ')}: ${done.stdout}${done.stderr}`)
  }

  let printed = ''
  let child
  const serve = async (address) => {
    child = spawn(BINARY, ['serve', '--http', address, '--dir', dir, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env },
    })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { printed += chunk })
    return firstAddress(child)
  }
  const end = (signal) => {
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)))
    child.kill(signal)
    return ended
  }
  const url = await serve('127.0.0.1:0')
  const again = async (signal, meanwhile = async () => {}) => {
    const code = await end(signal)
    await meanwhile()
    await serve(new URL(url).host)
    return code
  }

  return {
    url,
    dir,
    /** All that it printed so far. */
    printed: () => printed,
    /** Ends it as a power cut would, and starts it again on the same directory and address. */
    crash: (meanwhile) => again('SIGKILL', meanwhile),
    /** Stops it, and starts it again on the same directory and address; the code that it ended with. */
    restart: (meanwhile) => again('SIGTERM', meanwhile),
    /** A client without a token. */
    guest: () => new PocketBase(url),
    /** A client that is signed in as the superuser. */
    async superuser() {
      const client = new PocketBase(url)
      await client.collection('_superusers').authWithPassword(EMAIL, PASSWORD)
      return client
    },
    async stop() {
      const code = await end('SIGTERM')
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
