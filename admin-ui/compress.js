// Writes each text of the build in small beside it, once and as small as it gets: the server sends these to whoever can
// read them, and spends nothing on it.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, brotliCompressSync, gzipSync } from 'node:zlib'

const TEXTS = /\.(js|css|html|svg|json)$/

/** Below it nothing is won. */
const SMALLEST = 1024

export function compress() {
  let folder = 'dist'
  return {
    name: 'compress',
    apply: 'build',
    configResolved: (config) => {
      folder = config.build.outDir
    },
    async closeBundle() {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXTS.test(entry.name)) continue
        const path = join(entry.parentPath, entry.name)
        const text = await readFile(path)
        if (text.length < SMALLEST) continue
        const hint = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }
        await writeFile(`${path}.br`, brotliCompressSync(text, hint))
        await writeFile(`${path}.gz`, gzipSync(text, { level: 9 }))
      }
    },
  }
}
