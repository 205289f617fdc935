// An app of `examples/`, set up on a server and served by its own programs.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Sets the example up as the superuser `root` (address and password), twice, since whoever changes the schema runs it
 * again, and serves it on a free port; call `stop()` in `after`.
 */
export async function startExample(name, server, root) {
  const cwd = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url))
  const env = { ...process.env, TUCKBOX_URL: server.url, PORT: '0' }
  for (let times = 0; times < 2; times++) {
    const made = spawnSync('node', ['setup.js', ...root], { cwd, env, encoding: 'utf8' })
    assert.equal(made.status, 0, made.stderr)
  }
  const files = spawn('node', ['serve.js'], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const address = await new Promise((resolve, reject) => {
    files.stdout.on('data', (chunk) => {
      const found = /http:\S+/.exec(chunk)
      if (found) resolve(found[0])
    })
    files.once('exit', () => reject(new Error('serve.js ended')))
  })
  return { address, stop: () => files.kill() }
}
