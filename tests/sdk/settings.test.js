import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { after, before, test } from 'node:test'
import { startServer } from './support/server.js'

let server
before(async () => { server = await startServer() })
after(async () => { assert.equal(await server.stop(), 0, 'SIGTERM ends the server cleanly') })

const refused = async (asked) => {
  try {
    await asked
  } catch (error) {
    return error
  }
  assert.fail('was not refused')
}

test('settings go round through the SDK, secrets excepted', async () => {
  const pb = await server.superuser()
  const changed = await pb.settings.update({ meta: { appName: 'Notes' }, smtp: { password: 'secret' } })
  assert.equal(changed.meta.appName, 'Notes')
  assert.equal(changed.smtp.password, undefined)
  const all = await pb.settings.getAll()
  assert.deepEqual(all, changed)
  assert.deepEqual(await pb.settings.update(all), changed)
  assert.deepEqual(await pb.settings.getAll({ fields: 'meta.appName' }), { meta: { appName: 'Notes' } })
  const error = await refused(pb.settings.update({ meta: { senderAddress: 'nobody' }, superuserIPs: ['x'] }))
  assert.equal(error.status, 400)
  assert.equal(error.response.data.meta.senderAddress.code, 'validation_is_email')
  assert.equal(error.response.data.superuserIPs['0'].code, 'validation_invlaid_ip_or_subnet')
  assert.equal((await refused(server.guest().settings.getAll())).status, 401)
})

test('a client secret for Apple is signed with the key', async () => {
  const pb = await server.superuser()
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const { secret } = await pb.settings.generateAppleClientSecret('app', 'team567890', 'key4567890', pem, 60)
  const [header, payload, signature] = secret.split('.')
  assert.equal(JSON.parse(Buffer.from(header, 'base64url')).kid, 'key4567890')
  assert.deepEqual(JSON.parse(Buffer.from(payload, 'base64url')).aud, ['https://appleid.apple.com'])
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' }
  assert.ok(verify('sha256', `${header}.${payload}`, key, Buffer.from(signature, 'base64url')))
})

test('whoever asks too often gets a 429 that the SDK understands', async () => {
  const pb = await server.superuser()
  const rules = [{ label: '*:auth', audience: '@guest', duration: 100000, maxRequests: 1 }]
  await pb.settings.update({ rateLimits: { enabled: true, rules } })
  const signIn = () => refused(server.guest().collection('users').authWithPassword('a@example.com', 'wrong password'))
  assert.equal((await signIn()).status, 400)
  const error = await signIn()
  assert.equal(error.status, 429)
  assert.deepEqual(error.response, { data: {}, message: 'Too Many Requests.', status: 429 })
  await pb.settings.update({ rateLimits: { enabled: false } })
  assert.equal((await signIn()).status, 400)
})
