import { startMail, linkIn, tokenIn } from './support/mail.js'
import { startServer } from './support/server.js'
const mail = await startMail(), server = await startServer(), root = await server.superuser()
await root.settings.update({ meta: { appURL: server.url + '/' , appName: 'A & <B>' }, smtp: mail.smtp() })
const P='a long password'
const call = async (path, body, token='') => { const r = await fetch(server.url + '/api/collections/' + path, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: token }, body: JSON.stringify(body) }); return [r.status, await r.text()] }
const up = (email) => server.guest().collection('users').create({ email, password: P, passwordConfirm: P })
try {
  await up('a@example.com')
  await call('users/request-verification', { email: 'a@example.com' })
  const v = await mail.waitForMail('a@example.com'); console.log(v.subject, linkIn(v).slice(0, 80)); const vt = tokenIn(v)
  const [, s] = await call('users/auth-with-password', { identity: 'a@example.com', password: P }); const tok = JSON.parse(s).token
  console.log('change', await call('users/request-email-change', { newEmail: 'b@example.com' }, tok))
  const ct = tokenIn(await mail.waitForMail('b@example.com'))
  console.log('wrong type at reset', await call('users/confirm-password-reset', { token: ct, password: P, passwordConfirm: P }))
  console.log('verif at change', await call('users/confirm-email-change', { token: vt, password: P }))
  console.log('probe change', await call('users/confirm-email-change', { token: ct, password: '' }))
  console.log('done', await call('users/confirm-email-change', { token: ct, password: P }))
  console.log('again', await call('users/confirm-email-change', { token: ct, password: P }))
  console.log('old verif', await call('users/confirm-verification', { token: vt }))
  console.log('old session', await call('users/auth-refresh', {}, tok))
  for (const bad of ['x', 'a.b.c', '', 5, null, 'é.é.é', 'a'.repeat(5000)]) console.log('bad', String(bad).slice(0,8), await call('users/confirm-verification', { token: bad }), (await call('users/confirm-password-reset', { token: bad, password: P, passwordConfirm: P }))[0], (await call('users/confirm-email-change', { token: bad, password: P }))[0])
  console.log('404s', (await call('nope/confirm-verification', {token:'x'}))[0], (await call('_otps/request-otp', {email:'a@b.c'}))[0], (await call('_superusers/confirm-verification', { token: vt })))
  // uppercase/unicode
  for (const e of ['žofie@example.com', 'UPPER@Example.COM', 'a+b@example.com', '"quoted x"@example.com', 'a@b']) { try { await up(e); console.log(e, (await call('users/request-password-reset', { email: e }))); const m = await mail.waitForMail(e).catch((x) => ({ err: x.message })); console.log(m.err ?? m.subject) } catch (x) { console.log(e, x.status, JSON.stringify(x.response)) } }
  // limits
  await root.settings.update({ rateLimits: { enabled: true } })
  const r = []; for (let i = 0; i < 4; i++) { const x = await fetch(server.url + '/api/collections/users/auth-with-password', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ identity: 'b@example.com', password: P }) }); r.push([x.status, x.headers.get('retry-after'), x.headers.get('ratelimit'), x.headers.get('ratelimit-policy')]) }
  console.log(r)
} catch (e) { console.log(e) }
await server.stop(); await mail.stop()
