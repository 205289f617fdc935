// Serves this folder on http://127.0.0.1:8000 while you try it; any other server of files does as well.
//
//   node serve.js      (PORT and TUCKBOX_URL are read from the environment)

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const TYPES = { 'index.html': 'text/html', 'node_modules/pocketbase/dist/pocketbase.es.mjs': 'text/javascript' }
const { PORT = 8000, TUCKBOX_URL } = process.env

const server = createServer(async (request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname.slice(1) || 'index.html'
  if (!(path in TYPES)) return response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found\n')
  let content = await readFile(new URL(path, import.meta.url), 'utf8')
  // Another Tuckbox than the one that the page names, where the environment says so.
  if (TUCKBOX_URL) content = content.replace(/(<meta name="tuckbox" content=")[^"]*/, `$1${TUCKBOX_URL}`)
  response.writeHead(200, { 'Content-Type': `${TYPES[path]}; charset=utf-8`, 'Cache-Control': 'no-cache' }).end(content)
})

server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`The chat is on http://127.0.0.1:${server.address().port}`)
})
