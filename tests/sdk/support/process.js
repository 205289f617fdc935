// The real binary in a directory of its own.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BINARY = process.env.TUCKBOX_BIN ?? fileURLToPath(new URL('../../../target/debug/tuckbox', import.meta.url))
const DEADLINE = 20_000

/** The environment without what configures a Tuckbox of the person who runs the tests. */
const PLAIN = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TUCKBOX_')))

/**
 * Starts a server, after these commands on its directory, with these further arguments and this further environment;
 * call `stop()` in `after`.
 */
export async function startProcess({ prepare = [], args = [], env = {} } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'tuckbox-test-'))
  let printed = ''
  let child
  let ended
  const waiting = new Set()

  function run(...command) {
    const done = spawnSync(BINARY, [...command, '--dir', dir], { encoding: 'utf8', env: { ...PLAIN, ...env } })
    if (done.status !== 0) throw new Error(`${command.join(' ')}: ${done.stdout}${done.stderr}`)
  }

  /** What the server prints from some place on, once it does. */
  function said(pattern, from = 0) {
    return new Promise((resolve, reject) => {
      const give = (settle, value) => {
        clearTimeout(timer)
        waiting.delete(look)
        settle(value)
      }
      const fail = (why) => give(reject, new Error(`${why} before it printed ${pattern}:\n${printed}`))
      const timer = setTimeout(fail, DEADLINE, `${DEADLINE / 1000} s were over`)
      function look(end) {
        const found = pattern.exec(printed.slice(from))
        if (found) give(resolve, found[0])
        else if (end) fail(end)
      }
      waiting.add(look)
      look()
    })
  }
  const tell = (end) => { for (const look of [...waiting]) look(end) }

  function serve(address) {
    const from = printed.length
    child = spawn(BINARY, ['serve', '--http', address, '--dir', dir, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...PLAIN, ...env },
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        printed += chunk
        tell()
      })
    }
    ended = new Promise((resolve) => {
      const over = (code, why) => {
        tell(why)
        resolve(code)
      }
      child.once('error', (error) => over(null, String(error)))
      child.once('close', (code, signal) => over(code, `it ended with ${code ?? signal}`))
    })
    return said(/http:\/\/127\.0\.0\.1:\d+/, from)
  }

  /** Ends it; the code that it ended with, also where it had ended before. */
  function end(signal) {
    child.kill(signal)
    return ended
  }

  async function stop() {
    const code = await end('SIGTERM')
    await rm(dir, { recursive: true, force: true })
    return code
  }

  async function again(signal, meanwhile = async () => {}) {
    const code = await end(signal)
    await meanwhile()
    await serve(new URL(url).host)
    return code
  }

  let url
  try {
    for (const command of prepare) run(...command)
    url = await serve('127.0.0.1:0')
  } catch (error) {
    if (child) await end('SIGKILL')
    await rm(dir, { recursive: true, force: true })
    throw error
  }

  return {
    url,
    dir,
    said,
    stop,
    /** Runs a command on the directory of the server. */
    run,
    /** All that it printed so far. */
    printed: () => printed,
    /** Ends it as a power cut would, and starts it again on the same directory and address. */
    crash: (meanwhile) => again('SIGKILL', meanwhile),
    /** Stops it, and starts it again on the same directory and address; the code that it ended with. */
    restart: (meanwhile) => again('SIGTERM', meanwhile),
  }
}
