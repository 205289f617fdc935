// A real OpenID provider for the tests, and a user with a browser's habits: cookies, redirects, forms.

import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

export const REDIRECT = 'http://app.example/back'

/**
 * Starts an OpenID provider; call `stop()` in `after`.
 *
 * - `users`: claims by login name.
 * - `clients`: ids; each has the secret `secret of <id>`, and `methods[id]` is how it names itself at the token endpoint.
 * - `redirects`: where users are sent back to.
 */
export async function startOidc({ users, clients = ['tuckbox'], methods = {}, redirects = [REDIRECT] }) {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = quietly(() => new Provider(issuer, {
    clients: clients.map((id) => ({
      client_id: id,
      client_secret: `secret of ${id}`,
      redirect_uris: redirects,
      token_endpoint_auth_method: methods[id] ?? 'client_secret_basic',
    })),
    claims: {
      openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username', 'picture'],
    },
    cookies: { keys: ['a key of the tests'] },
    async findAccount(_, id) {
      return { accountId: id, claims: async () => ({ sub: id, ...users[id] }) }
    },
  }))
  server.on('request', provider.callback())

  return {
    issuer,
    /** How a collection is configured for it. */
    options: (changes = {}) => ({
      name: 'oidc', clientId: clients[0], clientSecret: `secret of ${clients[0]}`, extra: { issuer }, ...changes,
    }),
    /** Signs a user in at an address of the provider; where the browser ends up. With `deny`, they refuse. */
    visit: (url, login, { deny = false } = {}) => visit(issuer, url, login, deny),
    stop: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(resolve)
    }),
  }
}

/** The provider says on every start that its pages are made for development; that is what they are used for. */
function quietly(make) {
  const warn = console.warn
  console.warn = () => {}
  try { return make() } finally { console.warn = warn }
}

/** Goes where the provider sends the browser until it leaves the provider; that address. */
async function visit(issuer, start, login, deny) {
  const cookies = new Map()
  const go = async (url, init = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (value) cookies.set(name, value)
      else cookies.delete(name)
    }
    return answer
  }
  let answer = await go(start)
  let at = start
  for (let step = 0; step < 20; step += 1) {
    const location = answer.headers.get('location')
    if (location) {
      at = new URL(location, at).href
      if (new URL(at).origin !== issuer) return at
      answer = await go(at)
      continue
    }
    const page = await answer.text()
    if (answer.status !== 200) throw new Error(`${at} answered with ${answer.status}: ${page}`)
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
    if (!prompt) throw new Error(`${at} asks for nothing: ${page}`)
    if (deny && prompt === 'consent') {
      answer = await go(`${at}/abort`)
    } else {
      answer = await go(at, { method: 'POST', body: new URLSearchParams({ prompt, login, password: 'any' }) })
    }
  }
  throw new Error(`${start} goes on without end`)
}
