// A real server in a directory of its own, without a superuser: its first start is what some tests are about.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './until.js'

const BINARY = process.env.TUCKBOX_BIN ?? fileURLToPath(new URL('../../../target/debug/tuckbox', import.meta.url))

/** Starts a server, with these options; call `stop()` in `after`. */
export async function startServer(options = []) {
  const dir = await mkdtemp(join(tmpdir(), 'tuckbox-e2e-'))
  const child = spawn(BINARY, ['serve', '--http', '127.0.0.1:0', '--dir', dir, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => { printed += chunk })

  /** What the server prints, once it does. */
  const said = (pattern) =>
    until(() => pattern.exec(printed)?.[0], () => `never printed ${pattern}:\n${printed}`)

  return {
    dir,
    said,
    url: await said(/http:\/\/127\.0\.0\.1:\d+/),
    /** Runs a command on the directory of the server. */
    run(...command) {
      const done = spawnSync(BINARY, [...command, '--dir', dir], { encoding: 'utf8' })
      if (done.status !== 0) throw new Error(`${command.join(' ')}: ${done.stdout}${done.stderr}`)
    },
    async stop() {
      if (child.exitCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGTERM')
        await ended
      }
      await rm(dir, { recursive: true, force: true })
    },
  }
}
