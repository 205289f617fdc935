// Users of an app and all that happens to their accounts, as an app does it with the official SDK.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import PocketBase, { BaseAuthStore, getTokenPayload } from 'pocketbase'
import { linkIn, startMail } from './support/mail.js'
import { startServer } from './support/server.js'

const PASSWORD = 'a long password'

let mail
let server
let root
before(async () => {
  mail = await startMail()
  server = await startServer()
  root = await server.superuser()
  await root.settings.update({
    meta: { appName: 'Boats', appURL: server.url },
    smtp: mail.smtp(),
  })
})
after(async () => {
  await server?.stop()
  await mail?.stop()
})

/** A record of `collection`, without a client. */
const signUp = (email, collection = 'users') =>
  server.guest().collection(collection).create({ email, password: PASSWORD, passwordConfirm: PASSWORD })

/** A client that has signed up and in. */
async function member(email, collection = 'users') {
  await signUp(email, collection)
  const pb = server.guest()
  await pb.collection(collection).authWithPassword(email, PASSWORD)
  return pb
}

/** An auth collection that everybody may sign up to, with options of its own. */
const club = (name, options) =>
  root.collections.create({
    name, type: 'auth', createRule: '', viewRule: 'id = @request.auth.id', updateRule: 'id = @request.auth.id', ...options,
  })

/** The token in the link of the next mail to this address, which leads to that page of the dashboard. */
async function tokenFor(email, page) {
  const link = linkIn(await mail.waitForMail(email))
  const start = `${server.url}/_/#/auth/${page}/`
  assert.ok(link.startsWith(start), link)
  return link.slice(start.length)
}

const refusal = (promise) => promise.then(() => assert.fail('was let through'), (error) => error)
const codes = ({ response }) => Object.fromEntries(Object.entries(response.data).map(([field, { code }]) => [field, code]))

test('a user signs up, signs in and is who the store says', async () => {
  const made = await signUp('ann@example.com')
  assert.equal(made.verified, false)
  assert.equal(made.email, undefined, 'the answer is for a guest, who does not see addresses')

  const pb = server.guest()
  const answer = await pb.collection('users').authWithPassword('ann@example.com', PASSWORD)
  assert.deepEqual(Object.keys(answer).sort(), ['record', 'token'])
  assert.equal(answer.record.id, made.id)
  assert.equal(answer.record.email, 'ann@example.com')
  assert.equal(answer.record.collectionName, 'users')
  for (const secret of ['password', 'tokenKey']) assert.equal(answer.record[secret], undefined)

  assert.equal(pb.authStore.token, answer.token)
  assert.ok(pb.authStore.isValid)
  assert.equal(pb.authStore.isSuperuser, false)
  assert.equal(pb.authStore.record.id, made.id)
  assert.equal(getTokenPayload(answer.token).type, 'auth')
})

test('a wrong password, an unknown address and somebody else’s collection answer alike', async () => {
  await signUp('locked@example.com')
  const users = server.guest().collection('users')
  const wrong = await refusal(users.authWithPassword('locked@example.com', 'not the password'))
  const unknown = await refusal(users.authWithPassword('nobody@example.com', 'not the password'))
  const superuser = await refusal(users.authWithPassword('root@example.com', 'correct horse battery'))
  assert.equal(wrong.status, 400)
  for (const other of [unknown, superuser]) assert.deepEqual(other.response, wrong.response)
})

test('a store survives the way through a cookie, and ends when it is cleared', async () => {
  const pb = await member('cookie@example.com')
  const cookie = pb.authStore.exportToCookie({ httpOnly: false, secure: false })

  const onTheServer = new PocketBase(server.url, new BaseAuthStore())
  const heard = []
  onTheServer.authStore.onChange((token, record) => heard.push([token, record?.email]))
  onTheServer.authStore.loadFromCookie(cookie)
  assert.ok(onTheServer.authStore.isValid)
  assert.deepEqual(heard, [[pb.authStore.token, 'cookie@example.com']])
  const me = await onTheServer.collection('users').getOne(pb.authStore.record.id)
  assert.equal(me.email, 'cookie@example.com', 'the loaded session counts')

  const saved = server.guest()
  saved.authStore.save(pb.authStore.token, pb.authStore.record)
  assert.equal((await saved.collection('users').getList()).totalItems, 1)
  saved.authStore.clear()
  assert.equal(saved.authStore.isValid, false)
  assert.equal((await saved.collection('users').getList()).totalItems, 0)

  onTheServer.authStore.loadFromCookie('pb_auth=%7B%22token%22%3A%22no.token%22%7D')
  assert.equal(onTheServer.authStore.isValid, false)
})

test('a session is refreshed with what the account is by now', async () => {
  const pb = await member('refresh@example.com')
  await root.collection('users').update(pb.authStore.record.id, { name: 'Refreshed', verified: true })
  const answer = await pb.collection('users').authRefresh()
  assert.equal(answer.record.name, 'Refreshed')
  assert.equal(pb.authStore.record.verified, true)
  assert.ok(pb.authStore.isValid)

  assert.equal((await refusal(server.guest().collection('users').authRefresh())).status, 401)
  assert.equal((await refusal(root.collection('users').authRefresh())).status, 403)
})

test('an address is confirmed by the link in a mail', async () => {
  const pb = await member('verify@example.com')
  assert.equal(await pb.collection('users').requestVerification('verify@example.com'), true)
  const token = await tokenFor('verify@example.com', 'confirm-verification')
  assert.equal(await pb.collection('users').confirmVerification(token), true)
  assert.equal(pb.authStore.record.verified, true, 'the SDK knows at once')
  assert.equal((await pb.collection('users').getOne(pb.authStore.record.id)).verified, true)
  assert.equal(await pb.collection('users').confirmVerification(token), true, 'confirmed is confirmed')

  const elsewhere = await club('elsewhere', {})
  const crossed = await refusal(server.guest().collection(elsewhere.id).confirmVerification(token))
  assert.deepEqual(codes(crossed), { token: 'validation_token_collection_mismatch' })
  const signedIn = await refusal(pb.collection('users').confirmVerification(pb.authStore.token))
  assert.deepEqual(codes(signedIn), { token: 'validation_invalid_token_claims' })
})

test('asking for mails tells nothing about who has an account', async () => {
  const users = server.guest().collection('users')
  assert.equal(await users.requestVerification('nobody@example.com'), true)
  assert.equal(await users.requestPasswordReset('nobody@example.com'), true)
  assert.deepEqual(codes(await refusal(users.requestVerification('no address'))), { email: 'validation_is_email' })
})

test('a forgotten password is replaced, which ends every session', async () => {
  const pb = await member('forgot@example.com')
  const guest = server.guest()
  assert.equal(await guest.collection('users').requestPasswordReset('forgot@example.com'), true)
  const token = await tokenFor('forgot@example.com', 'confirm-password-reset')

  const mistyped = await refusal(guest.collection('users').confirmPasswordReset(token, 'another password', 'an other one'))
  assert.deepEqual(codes(mistyped), { passwordConfirm: 'validation_values_mismatch' })
  assert.equal(await guest.collection('users').confirmPasswordReset(token, 'another password', 'another password'), true)
  const again = await refusal(guest.collection('users').confirmPasswordReset(token, 'third password', 'third password'))
  assert.deepEqual(codes(again), { token: 'validation_invalid_token' })

  assert.equal((await refusal(pb.collection('users').authRefresh())).status, 401, 'the session from before')
  assert.equal((await refusal(guest.collection('users').authWithPassword('forgot@example.com', PASSWORD))).status, 400)
  const { record } = await guest.collection('users').authWithPassword('forgot@example.com', 'another password')
  assert.equal(record.verified, true, 'who opened the mail has the address')
})

test('superusers get a new password the same way', async () => {
  const second = { email: 'second@example.com', password: PASSWORD, passwordConfirm: PASSWORD }
  await root.collection('_superusers').create(second)
  const guest = server.guest()
  await guest.collection('_superusers').requestPasswordReset(second.email)
  const token = await tokenFor(second.email, 'confirm-password-reset')
  await guest.collection('_superusers').confirmPasswordReset(token, 'another password', 'another password')
  await guest.collection('_superusers').authWithPassword(second.email, 'another password')
  assert.ok(guest.authStore.isSuperuser)
})

test('an address is changed by a mail to the new one and the password', async () => {
  const pb = await member('old@example.com')
  await signUp('taken@example.com')
  const taken = await refusal(pb.collection('users').requestEmailChange('taken@example.com'))
  assert.deepEqual(codes(taken), { newEmail: 'validation_invalid_new_email' })
  assert.equal(await pb.collection('users').requestEmailChange('new@example.com'), true)
  const token = await tokenFor('new@example.com', 'confirm-email-change')
  assert.equal((await pb.collection('users').authRefresh()).record.email, 'old@example.com', 'not yet')

  const wrong = await refusal(pb.collection('users').confirmEmailChange(token, 'not the password'))
  assert.deepEqual(codes(wrong), { password: 'validation_invalid_password' })
  const session = pb.authStore.token
  assert.equal(await pb.collection('users').confirmEmailChange(token, PASSWORD), true)
  assert.equal(pb.authStore.isValid, false, 'the SDK signs out')

  pb.authStore.save(session)
  assert.equal((await refusal(pb.collection('users').authRefresh())).status, 401, 'and so does the server')
  assert.equal((await refusal(pb.collection('users').authWithPassword('old@example.com', PASSWORD))).status, 400)
  const { record } = await pb.collection('users').authWithPassword('new@example.com', PASSWORD)
  assert.equal(record.verified, true)
})

test('a code from a mail signs in, once', async () => {
  await club('coded', { otp: { enabled: true, duration: 300, length: 6 } })
  await signUp('code@example.com', 'coded')
  const pb = server.guest()
  const { otpId } = await pb.collection('coded').requestOTP('code@example.com')
  const letter = await mail.waitForMail('code@example.com')
  const code = /\b\d{6}\b/.exec(letter.text)[0]

  const wrong = code === '000000' ? '000001' : '000000'
  assert.equal((await refusal(pb.collection('coded').authWithOTP(otpId, wrong))).status, 400)
  const { record } = await pb.collection('coded').authWithOTP(otpId, code)
  assert.equal(record.email, 'code@example.com')
  assert.equal(record.verified, true)
  assert.ok(pb.authStore.isValid)
  assert.equal((await refusal(pb.collection('coded').authWithOTP(otpId, code))).status, 400)

  const nobody = await pb.collection('coded').requestOTP('nobody@example.com')
  assert.match(nobody.otpId, /^[a-z0-9]{15}$/)
  assert.equal((await refusal(pb.collection('users').requestOTP('code@example.com'))).status, 403, 'off in that collection')
})

test('two factors are two different ways in', async () => {
  await club('careful', {
    otp: { enabled: true, duration: 300, length: 8 }, mfa: { enabled: true, duration: 600, rule: '' },
  })
  await signUp('twice@example.com', 'careful')
  const pb = server.guest()
  const first = await refusal(pb.collection('careful').authWithPassword('twice@example.com', PASSWORD))
  assert.equal(first.status, 401)
  assert.deepEqual(Object.keys(first.response), ['mfaId'])
  const { mfaId } = first.response
  assert.equal(pb.authStore.isValid, false)

  const same = await refusal(pb.collection('careful').authWithPassword('twice@example.com', PASSWORD, { mfaId }))
  assert.equal(same.status, 400, 'the password again is no second factor')
  const { otpId } = await pb.collection('careful').requestOTP('twice@example.com')
  const code = /\b\d{8}\b/.exec((await mail.waitForMail('twice@example.com')).text)[0]
  const { record } = await pb.collection('careful').authWithOTP(otpId, code, { mfaId })
  assert.equal(record.email, 'twice@example.com')
  assert.ok(pb.authStore.isValid)
})

test('an app asks which ways in there are', async () => {
  await club('choosy', {
    passwordAuth: { enabled: false, identityFields: [] }, otp: { enabled: true, duration: 120, length: 6 },
  })
  const choosy = await server.guest().collection('choosy').listAuthMethods()
  assert.deepEqual(choosy.password, { enabled: false, identityFields: [] })
  assert.deepEqual(choosy.otp, { enabled: true, duration: 120 })
  const users = await server.guest().collection('users').listAuthMethods()
  assert.deepEqual(users.password, { enabled: true, identityFields: ['email'] })
  assert.deepEqual(users.mfa, { enabled: false, duration: 0 })
  assert.deepEqual(users.oauth2, { enabled: false, providers: [] })
  assert.equal((await refusal(server.guest().collection('choosy').authWithPassword('a@example.com', 'x'))).status, 403)
})

test('an account may have another name to sign in with', async () => {
  const named = await club('named', { fields: [{ name: 'handle', type: 'text', required: true }] })
  await root.collections.update('named', {
    indexes: [...named.indexes, 'CREATE UNIQUE INDEX `idx_named_handle` ON `named` (`handle` COLLATE NOCASE)'],
    passwordAuth: { enabled: true, identityFields: ['email', 'handle'] },
  })
  const pb = server.guest()
  const account = { email: 'h@example.com', handle: 'Captain', password: PASSWORD, passwordConfirm: PASSWORD }
  await pb.collection('named').create(account)
  for (const identity of ['h@example.com', 'captain', 'Captain']) {
    assert.equal((await pb.collection('named').authWithPassword(identity, PASSWORD)).record.handle, 'Captain')
  }
  const body = { identity: 'captain', password: PASSWORD, identityField: 'email' }
  const only = await refusal(pb.collection('named').authWithPassword('captain', PASSWORD, { body }))
  assert.equal(only.status, 400)
})

test('a superuser acts as a user, for as long as was said', async () => {
  const pb = await member('puppet@example.com')
  const as = await root.collection('users').impersonate(pb.authStore.record.id, 60)
  assert.equal(as.authStore.record.email, 'puppet@example.com')
  assert.equal((await as.collection('users').getFullList()).length, 1, 'with the rights of the user')
  const payload = getTokenPayload(as.authStore.token)
  assert.equal(payload.refreshable, false)
  const left = payload.exp - Date.now() / 1000
  assert.ok(left > 30 && left < 90, `${left} s`)
  const before = as.authStore.token
  await as.collection('users').authRefresh()
  assert.equal(as.authStore.token, before, 'and not longer')

  const id = root.authStore.record.id
  assert.equal((await refusal(pb.collection('_superusers').impersonate(id, 60))).status, 403)
  assert.equal((await refusal(server.guest().collection('users').impersonate(payload.id, 60))).status, 401)
})

test('links to other providers are listed and cut by who has them', async () => {
  const [pb, other] = [await member('linked@example.com'), await member('stranger@example.com')]
  const { id, collectionId } = pb.authStore.record
  const link = { collectionRef: collectionId, recordRef: id, provider: 'google', providerId: '42' }
  await root.collection('_externalAuths').create(link)
  assert.equal((await refusal(pb.collection('_externalAuths').create({ ...link, provider: 'github' }))).status, 403)

  assert.deepEqual((await pb.collection('users').listExternalAuths(id)).map((one) => one.provider), ['google'])
  assert.deepEqual(await other.collection('users').listExternalAuths(id), [])
  assert.equal((await refusal(other.collection('users').unlinkExternalAuth(id, 'google'))).status, 404)
  assert.equal(await pb.collection('users').unlinkExternalAuth(id, 'google'), true)
  assert.deepEqual(await pb.collection('users').listExternalAuths(id), [])
})

test('users see and change themselves, and no one else', async () => {
  const [pb, other] = [await member('self@example.com'), await member('else@example.com')]
  const { id } = pb.authStore.record
  assert.deepEqual((await other.collection('users').getFullList()).map((one) => one.email), ['else@example.com'])
  assert.equal((await refusal(other.collection('users').getOne(id))).status, 404)
  assert.equal((await refusal(other.collection('users').update(id, { name: 'Mallory' }))).status, 404)
  assert.equal((await refusal(other.collection('users').delete(id))).status, 404)

  assert.equal((await pb.collection('users').update(id, { name: 'Selma' })).name, 'Selma')
  const promoted = await refusal(pb.collection('users').update(id, { verified: true, email: 'x@example.com' }))
  assert.deepEqual(codes(promoted), { email: 'validation_values_mismatch', verified: 'validation_values_mismatch' })
})

test('no rule of the guide shows a guest what has no owner, readers or team', async () => {
  const guide = await readFile(new URL('../../docs/accounts.md', import.meta.url), 'utf8')
  const table = guide.split('| to allow | rule |')[1].split('\n\n')[0]
  const rules = [...table.matchAll(/\| `(.+)` \|$/gm)].map(([, rule]) => rule)
  assert.ok(rules.length >= 7, table)

  const people = { type: 'relation', collectionId: '_pb_users_auth_' }
  const members = { ...people, name: 'members', maxSelect: 9 }
  const team = await root.collections.create({ name: 'teams', type: 'base', fields: [members] })
  const fields = [
    { ...people, name: 'owner' }, { ...people, name: 'readers', maxSelect: 9 },
    { name: 'team', type: 'relation', collectionId: team.id },
  ]
  await root.collections.create({ name: 'things', type: 'base', fields })
  const { fields: own } = await root.collections.getOne('users')
  await root.collections.update('users', { fields: [...own, { name: 'role', type: 'text', hidden: true }] })
  await root.collection('things').create({})
  for (const listRule of rules) {
    await root.collections.update('things', { listRule })
    assert.equal((await server.guest().collection('things').getList()).totalItems, 0, listRule)
  }
  await root.collections.update('things', { listRule: 'owner = @request.auth.id' })
  assert.equal((await server.guest().collection('things').getList()).totalItems, 1, 'the record is there to be shown')
})

test('a password is changed with the old one, and other sessions end', async () => {
  const pb = await member('change@example.com')
  const elsewhere = server.guest()
  await elsewhere.collection('users').authWithPassword('change@example.com', PASSWORD)
  const { id } = pb.authStore.record
  const change = { password: 'another password', passwordConfirm: 'another password' }
  assert.deepEqual(codes(await refusal(pb.collection('users').update(id, change))), { oldPassword: 'validation_required' })
  await pb.collection('users').update(id, { ...change, oldPassword: PASSWORD })
  for (const session of [pb, elsewhere]) {
    assert.equal((await refusal(session.collection('users').authRefresh())).status, 401)
  }
  await pb.collection('users').authWithPassword('change@example.com', 'another password')
})

test('whose account goes is signed out everywhere', async () => {
  const pb = await member('leaving@example.com')
  const token = pb.authStore.token
  await pb.collection('users').delete(pb.authStore.record.id)
  assert.equal(pb.authStore.isValid, false, 'the SDK forgets who is gone')
  pb.authStore.save(token)
  assert.equal((await refusal(pb.collection('users').authRefresh())).status, 401)
})

test('a mail that no server takes is sent when one is back', async () => {
  const pb = await member('patient@example.com')
  await mail.stop()
  assert.equal(await pb.collection('users').requestVerification('patient@example.com'), true, 'the app does not wait')
  const change = await refusal(pb.collection('users').requestEmailChange('patient2@example.com'))
  assert.equal(change.status, 400, 'a change of address says at once that no mail goes')
  await mail.start()
  const token = await tokenFor('patient@example.com', 'confirm-verification')
  await pb.collection('users').confirmVerification(token)
  assert.equal(pb.authStore.record.verified, true)
})
