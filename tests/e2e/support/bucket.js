// A bucket for the tests: what an S3-compatible service answers, as far as a trial and a small backup ask. Signatures are not checked.

import { createServer } from 'node:http'

/**
 * Starts one; call `stop()` in `after`. `refusal` is `{ status, code, message }` for every request, or nothing to serve it.
 * `held` is a promise that what is put into it waits for.
 */
export async function startBucket() {
  const objects = new Map()
  const bucket = { refusal: undefined, held: undefined, asked: [] }
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://bucket')
    bucket.asked.push(`${request.method} ${pathname}`)
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    if (bucket.refusal) {
      const { status, code, message } = bucket.refusal
      return answer(response, status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`)
    }
    if (request.method === 'PUT') {
      await bucket.held
      objects.set(pathname, Buffer.concat(chunks))
      response.setHeader('ETag', '"0"')
      return answer(response, 200)
    }
    if (request.method === 'DELETE') {
      objects.delete(pathname)
      return answer(response, 204)
    }
    const [, name] = pathname.split('/')
    const prefix = searchParams.get('prefix') ?? ''
    if (searchParams.has('list-type') || searchParams.has('prefix')) {
      const keys = [...objects.keys()].map((path) => path.slice(name.length + 2)).filter((key) => key.startsWith(prefix))
      const contents = keys.map((key) => `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"0"</ETag><Size>${objects.get(`/${name}/${key}`).length}</Size></Contents>`)
      return answer(response, 200, `<ListBucketResult><Name>${name}</Name><IsTruncated>false</IsTruncated><KeyCount>${keys.length}</KeyCount>${contents.join('')}</ListBucketResult>`)
    }
    const found = objects.get(pathname)
    if (!found) return answer(response, 404)
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
    const part = from === undefined ? found : found.subarray(Number(from), to ? Number(to) + 1 : undefined)
    response.setHeader('ETag', '"0"')
    response.setHeader('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT')
    response.setHeader('Content-Length', part.length)
    if (from !== undefined) response.setHeader('Content-Range', `bytes ${from}-${Number(from) + part.length - 1}/${found.length}`)
    answer(response, from === undefined ? 200 : 206, part)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(bucket, {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(resolve)
    }),
  })
}

function answer(response, status, body = '') {
  response.writeHead(status, { 'Content-Type': 'application/xml' })
  response.end(body)
}
