import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ClientResponseError } from 'pocketbase'
import { makeCertificate } from './support/certificate.js'
import { linkIn, startMail, tokenIn } from './support/mail.js'
import { EMAIL, startServer } from './support/server.js'

const TEMPLATES = ['verification', 'password-reset', 'email-change', 'otp', 'login-alert']

let folder
let certificate
let server
let pb

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tuckbox-mail-'))
  certificate = makeCertificate(folder)
  server = await startServer({ env: { SSL_CERT_FILE: certificate.authority } })
  pb = await server.superuser()
})
after(async () => {
  assert.equal(await server.stop(), 0)
  await rm(folder, { recursive: true, force: true })
})

/** A mail server for one test, which the settings then name. */
async function mailFor(t, options = {}, settings = {}) {
  const mail = await startMail(options)
  t.after(() => mail.stop())
  await pb.settings.update({ smtp: { ...mail.smtp(), authMethod: '', localName: '', ...settings } })
  return mail
}

async function refused(sending) {
  try {
    await sending
  } catch (error) {
    assert.ok(error instanceof ClientResponseError, error)
    return error
  }
  assert.fail('was taken')
}

async function newUser(email) {
  const password = 'a long password'
  return pb.collection('users').create({ email, password, passwordConfirm: password })
}

test('each template arrives as a test', async (t) => {
  const mail = await mailFor(t)
  await pb.settings.update({
    meta: { appName: 'Ärger & Co', appURL: 'https://app.example.com', senderName: 'Jörg', senderAddress: 'j@mail.example.com' },
  })
  for (const template of TEMPLATES) {
    assert.equal(await pb.settings.testEmail('users', `${template}@example.com`, template), true)
    const one = await mail.waitForMail(`${template}@example.com`)
    assert.equal(one.envelope.from, 'j@mail.example.com')
    assert.deepEqual(one.envelope.to, [`${template}@example.com`])
    assert.deepEqual(one.from.value, [{ address: 'j@mail.example.com', name: 'Jörg' }])
    assert.match(one.messageId, /^<[A-Za-z0-9]{15}@mail\.example\.com>$/)
    assert.match(one.subject, /Ärger & Co/)
    assert.match(one.html, /^<!DOCTYPE html PUBLIC "-\/\/W3C\/\/DTD XHTML/)
    assert.doesNotMatch(one.html + one.text, /\{[A-Z_]+\}/, 'no placeholder is left')
    assert.doesNotMatch(one.text, /[<>]|font-family/, 'the text part has no tags and styles')
  }
  assert.equal(mail.mails.length, TEMPLATES.length)
})

test('links of test mails lead to the app, and their tokens are good for nothing', async (t) => {
  const mail = await mailFor(t)
  await pb.settings.update({ meta: { appURL: 'https://app.example.com' } })
  await pb.settings.testEmail('users', 'ann@example.com', 'password-reset')
  const one = await mail.waitForMail('ann@example.com')
  assert.match(linkIn(one), /^https:\/\/app\.example\.com\/_\/#\/auth\/confirm-password-reset\/[\w-]+\.[\w-]+\.[\w-]+$/)
  assert.ok(one.text.includes(`](${linkIn(one)})`), one.text)
  const reset = server.guest().collection('users').confirmPasswordReset(tokenIn(one), 'another one', 'another one')
  assert.equal((await refused(reset)).status, 400)
})

test('codes and sign-ins of test mails are made up', async (t) => {
  const mail = await mailFor(t)
  await pb.settings.testEmail('_superusers', 'ann@example.com', 'otp')
  assert.match((await mail.waitForMail('ann@example.com')).text, /123456/)
  await pb.settings.testEmail('_superusers', 'ann@example.com', 'login-alert')
  const alert = await mail.waitForMail('ann@example.com')
  assert.match(alert.text, /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z - TEST_IP TEST_USER_AGENT/)
})

test('a template of one\'s own is used, with the fields of a record that is nobody', async (t) => {
  const mail = await mailFor(t)
  const before = (await pb.collections.getOne('users')).verificationTemplate
  t.after(() => pb.collections.update('users', { verificationTemplate: before }))
  await pb.collections.update('users', {
    verificationTemplate: {
      subject: '{RECORD:name} <b> & {RECORD:tokenKey} {NOPE}',
      body: '<ul><li>{RECORD:email}</li><li>{RECORD:verified}</li></ul><p class="hidden">unseen</p>{RECORD:password}',
    },
  })
  await pb.settings.testEmail('users', 'ann@example.com', 'verification')
  const one = await mail.waitForMail('ann@example.com')
  assert.equal(one.subject, 'TEST_name <b> & {RECORD:tokenKey} {NOPE}')
  assert.equal(one.text.trim(), '- ann@example.com\n- false\n\n{RECORD:password}')
})

test('what is wrong with the form is told together', async () => {
  const send = (body) => refused(pb.send('/api/settings/test/email', { method: 'POST', body }))
  const codes = async (body) => {
    const error = await send(body)
    assert.equal(error.status, 400)
    return Object.fromEntries(Object.entries(error.response.data).map(([name, fault]) => [name, fault.code]))
  }
  assert.deepEqual(await codes({}), { email: 'validation_required', template: 'validation_required' })
  assert.deepEqual(await codes({ email: 'ann', template: 'nope', collection: 'nope' }), {
    email: 'validation_is_email', template: 'validation_in_invalid', collection: 'validation_invalid_auth_collection',
  })
  assert.deepEqual(await codes({ email: `${'a'.repeat(251)}@b.co`, template: 'otp', collection: '_otps' }), {
    email: 'validation_length_out_of_range', collection: 'validation_invalid_auth_collection',
  })
  assert.deepEqual(await codes({ email: 5, template: 'otp' }), {})
})

test('only superusers send test mails', async () => {
  const guest = await refused(server.guest().settings.testEmail('users', 'a@example.com', 'otp'))
  assert.equal(guest.status, 401)
  const user = await newUser('user@example.com')
  const client = await pb.collection('users').impersonate(user.id, 60)
  assert.equal((await refused(client.settings.testEmail('users', 'a@example.com', 'otp'))).status, 403)
})

test('without credentials nobody signs in, and the server is greeted by the name of the settings', async (t) => {
  const mail = await mailFor(t, {}, { localName: 'box.example.com' })
  await pb.settings.testEmail('users', 'ann@example.com', 'otp')
  const { session } = await mail.waitForMail('ann@example.com')
  assert.deepEqual(session, { hello: 'box.example.com', secure: false, user: undefined })
})

for (const method of ['PLAIN', 'LOGIN']) {
  test(`signs in by ${method}`, async (t) => {
    const account = { user: 'me', password: 'päss wörd' }
    const mail = await mailFor(t, { ...account, methods: [method] }, {
      username: account.user, password: account.password, authMethod: method === 'PLAIN' ? '' : method,
    })
    await pb.settings.testEmail('users', 'ann@example.com', 'otp')
    assert.equal((await mail.waitForMail('ann@example.com')).session.user, 'me')
    assert.equal(mail.sessions[0].method, method)
  })
}

test('a wrong password is told in the words of the mail server, without the password', async (t) => {
  const mail = await mailFor(t, { user: 'me', password: 'right' }, { username: 'me', password: 'wr0ng' })
  const error = await refused(pb.settings.testEmail('users', 'ann@example.com', 'otp'))
  assert.equal(error.status, 400)
  assert.deepEqual(error.response.data, {})
  assert.match(error.response.message, /wrong user or password/)
  assert.doesNotMatch(error.response.message + server.printed(), /wr0ng/)
  assert.equal(mail.mails.length, 0)
})

test('STARTTLS is used where it is offered', async (t) => {
  const mail = await mailFor(t, { startTls: true, certificate: certificate.server, user: 'me', password: 'p' })
  await pb.settings.testEmail('users', 'ann@example.com', 'otp')
  assert.equal((await mail.waitForMail('ann@example.com')).session.secure, true)
  assert.equal(mail.sessions[0].secure, true, 'the password went by TLS')
})

test('TLS from the first byte', async (t) => {
  const mail = await mailFor(t, { secure: true, certificate: certificate.server })
  await pb.settings.testEmail('users', 'ann@example.com', 'otp')
  assert.equal((await mail.waitForMail('ann@example.com')).session.secure, true)
})

test('a certificate that nobody vouches for is refused', async (t) => {
  const strangers = await mkdtemp(join(tmpdir(), 'tuckbox-strangers-'))
  t.after(() => rm(strangers, { recursive: true }))
  const { server: strange } = makeCertificate(strangers)
  for (const how of [{ secure: true }, { startTls: true }]) {
    const mail = await mailFor(t, { ...how, certificate: strange })
    assert.equal((await refused(pb.settings.testEmail('users', 'ann@example.com', 'otp'))).status, 400)
    assert.equal(mail.mails.length, 0)
  }
})

test('credentials never travel in the open to another machine', async (t) => {
  // Leads to this machine, and is none of its names that the product knows.
  const mail = await mailFor(t, { user: 'me', password: 'p' }, { host: '0.0.0.0', username: 'me', password: 'p' })
  const error = await refused(pb.settings.testEmail('users', 'ann@example.com', 'otp'))
  assert.equal(error.status, 400)
  assert.deepEqual([mail.sessions, mail.mails], [[], []])
  await pb.settings.update({ smtp: { username: '', password: '' } })
})

test('a refused recipient is told', async (t) => {
  await mailFor(t, { refuse: () => '550 no such user here' })
  const error = await refused(pb.settings.testEmail('users', 'ann@example.com', 'otp'))
  assert.equal(error.status, 400)
  assert.match(error.response.message, /no such user here/)
})

test('a mail server that is away is told, and the test is not tried again', async (t) => {
  const mail = await mailFor(t)
  await mail.stop()
  const error = await refused(pb.settings.testEmail('users', 'ann@example.com', 'otp'))
  assert.equal(error.status, 400)
  assert.match(error.response.message, /mail server 127\.0\.0\.1:\d+ did not take the mail/)
  await mail.start()
})

test('what nobody waits for is sent once the mail server is back', async (t) => {
  const mail = await mailFor(t)
  await mail.stop()
  await newUser('away@example.com')
  assert.equal(await server.guest().collection('users').requestVerification('away@example.com'), true)
  await server.said(/a job failed and is tried again/)
  await mail.start()
  const one = await mail.waitForMail('away@example.com')
  assert.ok(!server.printed().includes(tokenIn(one)), 'the log has no tokens')
  assert.equal(await server.guest().collection('users').confirmVerification(tokenIn(one)), true)
})

test('a mail that waits survives a crash', async (t) => {
  const mail = await mailFor(t)
  await mail.stop()
  await newUser('crash@example.com')
  await server.guest().collection('users').requestVerification('crash@example.com')
  await server.crash(() => mail.start())
  await mail.waitForMail('crash@example.com')
})

for (const way of ['crash', 'restart']) {
  test(`a mail that was being sent in a ${way} is sent again`, async (t) => {
    let begun
    const beginning = new Promise((resolve) => { begun = resolve })
    let holding = true
    const mail = await mailFor(t, { hold: () => holding && new Promise(() => begun()) })
    await newUser(`${way}-middle@example.com`)
    await server.guest().collection('users').requestVerification(`${way}-middle@example.com`)
    await beginning
    const code = await server[way](async () => { holding = false })
    assert.equal(code, way === 'restart' ? 0 : null)
    const one = await mail.waitForMail(`${way}-middle@example.com`)
    assert.equal(await server.guest().collection('users').confirmVerification(tokenIn(one)), true)
  })
}

test('in development without a mail server mails are files and lines of the log', async () => {
  const dev = await startServer({ args: ['--dev'] })
  try {
    const superuser = await dev.superuser()
    for (const template of TEMPLATES) await superuser.settings.testEmail('users', `${template}@example.com`, template)
    const names = (await readdir(join(dev.dir, 'mails'))).sort()
    assert.equal(names.length, TEMPLATES.length)
    for (const [at, template] of TEMPLATES.entries()) {
      assert.match(names[at], /\.eml$/)
      assert.match(await readFile(join(dev.dir, 'mails', names[at]), 'utf8'), new RegExp(`^To: ${template}@example\\.com\r?$`, 'm'))
    }
    assert.match(dev.printed(), /otp@example\.com/)
    assert.match(dev.printed(), /one-time password is 123456/)
  } finally {
    assert.equal(await dev.stop(), 0)
  }
})

const hasSendmail = ['/usr/sbin/sendmail', '/usr/bin/sendmail'].some((path) => existsSync(path))

test('without a mail server the machine\'s sendmail takes mails, and its absence is told', {
  skip: hasSendmail && 'this machine has a sendmail of its own',
}, async (t) => {
  const bin = await mkdtemp(join(tmpdir(), 'tuckbox-sendmail-'))
  t.after(() => rm(bin, { recursive: true }))
  const own = await startServer({ env: { PATH: `${bin}:${process.env.PATH}` } })
  try {
    const superuser = await own.superuser()
    const send = () => superuser.settings.testEmail('users', 'ann@example.com', 'otp')
    assert.match((await refused(send())).response.message, /No mail can be sent: .* no sendmail\./)
    await writeFile(join(bin, 'sendmail'), `#!/bin/sh\necho "$@" > ${bin}/arguments\ncat > ${bin}/mail\n`)
    await chmod(join(bin, 'sendmail'), 0o755)
    await send()
    assert.equal(await readFile(join(bin, 'arguments'), 'utf8'), '-i -t\n')
    assert.match(await readFile(join(bin, 'mail'), 'utf8'), /^To: ann@example\.com\r?$/m)
    await writeFile(join(bin, 'sendmail'), '#!/bin/sh\necho "out of stamps" >&2\nexit 75\n')
    assert.match((await refused(send())).response.message, /out of stamps/)
  } finally {
    assert.equal(await own.stop(), 0)
  }
})

test('nobody\'s address or name adds a header', async (t) => {
  const mail = await mailFor(t)
  const before = await pb.settings.getAll()
  await pb.settings.update({ meta: { appName: 'App\r\nBcc: evil@example.com', senderName: 'Me\r\nBcc: evil@example.com' } })
  t.after(() => pb.settings.update({ meta: before.meta }))
  await pb.settings.testEmail('users', 'ann@example.com', 'verification')
  const one = await mail.waitForMail('ann@example.com')
  assert.deepEqual(one.envelope.to, ['ann@example.com'])
  assert.equal(one.headers.has('bcc'), false)
  const injected = await refused(pb.settings.testEmail('users', `${EMAIL}\r\nBcc: evil@example.com`, 'otp'))
  assert.equal(injected.response.data.email.code, 'validation_is_email')
})
