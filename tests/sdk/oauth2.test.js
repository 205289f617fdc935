import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { ClientResponseError } from 'pocketbase'
import { REDIRECT, startOidc } from './support/oidc.js'
import { startServer } from './support/server.js'

const USERS = {
  ann: { name: 'Ann Lee', preferred_username: 'annlee', email: 'ann@example.com', email_verified: true },
  bob: { name: 'Bob', email: 'bob@example.com', email_verified: false },
}

let server, superuser, oidc, evil
before(async () => {
  server = await startServer()
  superuser = await server.superuser()
  const redirects = [REDIRECT, `${server.url}/api/oauth2-redirect`]
  oidc = await startOidc({
    users: USERS, redirects, clients: ['tuckbox', 'another app', 'by post'], methods: { 'by post': 'client_secret_post' },
  })
  evil = await startOidc({ users: USERS, redirects })
})
after(async () => {
  await Promise.all([oidc.stop(), evil.stop()])
  assert.equal(await server.stop(), 0)
})
beforeEach(() => configure(oidc.options()))
afterEach(async () => {
  for (const user of await superuser.collection('users').getFullList()) await superuser.collection('users').delete(user.id)
})

const configure = (...providers) => superuser.collections.update('users', { oauth2: { enabled: true, providers } })

/** Begins a sign-in as the documentation of the SDK does: the address, and what is to be kept for the end. */
async function begin(pb, redirect = REDIRECT) {
  const { oauth2 } = await pb.collection('users').listAuthMethods()
  const provider = oauth2.providers.find((one) => one.name === 'oidc')
  return { ...provider, redirect, url: provider.authURL + encodeURIComponent(redirect) }
}

/** What the provider sent back. */
function returned(url) {
  return Object.fromEntries(new URL(url).searchParams)
}

const finish = (pb, begun, code, createData) =>
  pb.collection('users').authWithOAuth2Code('oidc', code, begun.codeVerifier, begun.redirect, createData)

async function signIn(pb, login, createData) {
  const begun = await begin(pb)
  const back = returned(await oidc.visit(begun.url, login))
  assert.equal(back.state, begun.state, 'the client sees its own state again')
  return finish(pb, begun, back.code, createData)
}

const refusedWith = (status) => (error) => {
  assert.ok(error instanceof ClientResponseError, String(error))
  assert.equal(error.status, status)
  assert.deepEqual(error.response.data, {})
  return true
}

const nobody = async () => assert.equal((await superuser.collection('users').getList()).totalItems, 0)

test('the whole way: consent, code, record, and the same record the next time', async () => {
  const pb = server.guest()
  const first = await signIn(pb, 'ann')
  assert.equal(first.meta.isNew, true)
  assert.equal(first.meta.id, 'ann')
  assert.equal(first.meta.name, 'Ann Lee')
  assert.equal(first.meta.username, 'annlee')
  assert.equal(first.meta.email, 'ann@example.com')
  assert.ok(first.meta.accessToken)
  assert.equal(first.record.name, 'Ann Lee')
  assert.equal(first.record.verified, true)
  assert.ok(pb.authStore.isValid)
  assert.equal((await pb.collection('users').authRefresh()).record.id, first.record.id)

  const again = await signIn(server.guest(), 'ann')
  assert.equal(again.meta.isNew, false)
  assert.equal(again.record.id, first.record.id)

  const external = await pb.collection('users').listExternalAuths(first.record.id)
  assert.deepEqual(external.map((one) => [one.provider, one.providerId]), [['oidc', 'ann']])
  await pb.collection('users').unlinkExternalAuth(first.record.id, 'oidc')
  assert.deepEqual(await pb.collection('users').listExternalAuths(first.record.id), [])
})

test('an address that the provider has not verified is not taken over', async () => {
  await assert.rejects(signIn(server.guest(), 'bob'), (error) => error.response.data.email.code === 'validation_required')
  const made = await signIn(server.guest(), 'bob', { email: 'bob@example.com' })
  assert.equal(made.record.verified, false)
  assert.equal(made.meta.email, '')
})

test('a client that names itself in the body signs in too', async () => {
  await configure(oidc.options({ clientId: 'by post', clientSecret: 'secret of by post' }))
  assert.equal((await signIn(server.guest(), 'ann')).meta.isNew, true)
})

test('endpoints and keys may be configured without an issuer', async () => {
  await configure(oidc.options({
    extra: { jwksURL: `${oidc.issuer}/jwks`, issuers: [oidc.issuer] },
    authURL: `${oidc.issuer}/auth`, tokenURL: `${oidc.issuer}/token`, userInfoURL: `${oidc.issuer}/me`,
  }))
  assert.equal((await signIn(server.guest(), 'ann')).meta.email, 'ann@example.com')
})

test('a denied consent gives no code, and nobody is let in', async () => {
  const pb = server.guest()
  const begun = await begin(pb)
  const back = returned(await oidc.visit(begun.url, 'ann', { deny: true }))
  assert.equal(back.error, 'access_denied')
  assert.equal(back.code, undefined)
  await assert.rejects(finish(pb, begun, 'made up'), refusedWith(400))
  await nobody()
})

test('a tampered state ends at the page of failures', async () => {
  const pb = server.guest()
  const begun = await begin(pb, `${server.url}/api/oauth2-redirect`)
  const url = new URL(begun.url)
  url.searchParams.set('state', 'tampered')
  const back = await oidc.visit(url.href, 'ann')
  assert.equal(returned(back).state, 'tampered')
  assert.notEqual(returned(back).state, begun.state, 'a client that compares sees it')
  const answer = await fetch(back, { redirect: 'manual' })
  assert.equal(answer.status, 307)
  assert.match(answer.headers.get('location'), /#\/auth\/oauth2-redirect-failure$/)
  await nobody()
})

test('a code is worth nothing to who did not ask for it, and nothing twice', async () => {
  const [victim, attacker] = [await begin(server.guest()), await begin(server.guest())]
  const { code } = returned(await oidc.visit(victim.url, 'ann'))
  await assert.rejects(finish(server.guest(), attacker, code), refusedWith(400))
  await nobody()
  const { code: other } = returned(await oidc.visit(victim.url, 'ann'))
  await finish(server.guest(), victim, other)
  await assert.rejects(finish(server.guest(), victim, other), refusedWith(400))
})

test('an ID token of another issuer is refused', async () => {
  // The keys are those of the wrong one too: only the issuer tells.
  const everythingElse = (issuers) => configure(evil.options({
    extra: { issuer: oidc.issuer, jwksURL: `${evil.issuer}/jwks`, ...issuers },
    authURL: `${evil.issuer}/auth`, tokenURL: `${evil.issuer}/token`, userInfoURL: `${evil.issuer}/me`,
  }))
  const attempt = async () => {
    const pb = server.guest()
    const begun = await begin(pb)
    return finish(pb, begun, returned(await evil.visit(begun.url, 'ann')).code)
  }
  await everythingElse({})
  await assert.rejects(attempt(), refusedWith(400))
  await nobody()
  await everythingElse({ issuers: [evil.issuer] })
  assert.equal((await attempt()).meta.isNew, true, 'nothing else was wrong with it')
})

test('an ID token for another client is refused', async () => {
  // A token endpoint that passes on what the provider gave to another app.
  const passing = createServer(async (request, response) => {
    const body = new URLSearchParams(await new Response(request).text())
    const authorization = `Basic ${Buffer.from('another+app:secret+of+another+app').toString('base64')}`
    const answer = await fetch(`${oidc.issuer}/token`, { method: 'POST', headers: { authorization }, body })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  await new Promise((resolve) => passing.listen(0, '127.0.0.1', resolve))
  try {
    const tokenURL = `http://127.0.0.1:${passing.address().port}/`
    await configure(oidc.options({ tokenURL }))
    const pb = server.guest()
    const begun = await begin(pb)
    const url = new URL(begun.url)
    url.searchParams.set('client_id', 'another app')
    const { code } = returned(await oidc.visit(url.href, 'ann'))
    await assert.rejects(finish(pb, begun, code), refusedWith(400))
    await nobody()
    // It is the audience that is refused: the other app itself is let in the same way.
    await configure(oidc.options({ tokenURL, clientId: 'another app' }))
    assert.equal((await signIn(server.guest(), 'ann')).meta.isNew, true)
  } finally {
    passing.closeAllConnections()
    await new Promise((resolve) => passing.close(resolve))
  }
})

test('a provider that calls itself by another name is not offered', async () => {
  const discoveryURL = `${evil.issuer}/.well-known/openid-configuration`
  await configure(evil.options({ extra: { issuer: oidc.issuer, discoveryURL } }))
  const { oauth2 } = await server.guest().collection('users').listAuthMethods()
  assert.deepEqual([oauth2.enabled, oauth2.providers], [true, []])
})
