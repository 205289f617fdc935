// Serves this folder on http://127.0.0.1:8000 while you try it; any other server of files does as well.
//
//   node serve.js      (PORT and TUCKBOX_URL are read from the environment)

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'

const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.mjs': 'text/javascript' }

const server = createServer(async (request, response) => {
  try {
    // `URL` takes the dots out of the path, so that nothing above this folder is reached.
    const { pathname } = new URL(request.url, 'http://localhost')
    const path = pathname === '/' ? '/index.html' : pathname
    const type = TYPES[extname(path)]
    if (!type) throw new Error('no file for a browser')
    const content = await contentOf(path)
    response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-cache' }).end(content)
  } catch {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found\n')
  }
})

/** The file; in place of `config.js` the server that the environment names. */
function contentOf(path) {
  const { TUCKBOX_URL } = process.env
  if (path === '/config.js' && TUCKBOX_URL) return `export const TUCKBOX = ${JSON.stringify(TUCKBOX_URL)}\n`
  return readFile(new URL(`.${path}`, import.meta.url))
}

server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  console.log(`Notes are on http://127.0.0.1:${server.address().port}`)
})
