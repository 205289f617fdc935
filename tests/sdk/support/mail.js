// A real mail server for the tests: what the product sends arrives here and is read.

import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

const DEADLINE = 20_000

/**
 * Starts a mail server; call `stop()` in `after`.
 *
 * - `secure`: TLS from the first byte; `startTls`: offers STARTTLS. Both want `certificate` (see certificate.js).
 * - `user` and `password`: nobody sends without them; `methods` are the ways to sign in that are offered.
 * - `refuse(address)`: an answer such as `'550 no such user'` for a recipient, or nothing to take the mail.
 * - `hold(mail)`: a promise that is waited for before a mail is taken.
 * - `host`: where it listens.
 */
export async function startMail(options = {}) {
  const mails = []
  const sessions = []
  const waiting = new Set()
  let server
  const host = options.host ?? '127.0.0.1'
  let port = options.port ?? 0

  async function start() {
    server = smtp(options, sessions, (mail) => {
      mails.push(mail)
      for (const look of [...waiting]) look()
    })
    await new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
    server.removeAllListeners('error')
    // Clients that come and go badly are part of the tests.
    server.on('error', () => {})
    port = server.server.address().port
  }

  await start()
  return {
    /** All mails that arrived, oldest first, as mailparser reads them, with `raw`, `envelope` and `session`. */
    mails,
    /** What each connection said of itself. */
    sessions,
    get port() { return port },
    /** What the settings need to say to send here. */
    smtp: (more = {}) => ({
      enabled: true, host, port, tls: Boolean(options.secure),
      username: options.user ?? '', password: options.password ?? '', ...more,
    }),
    /** The oldest mail to this address that nobody asked for yet; waits for it. */
    waitForMail(to) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look)
          const came = mails.map((mail) => `${mail.envelope.to}: ${mail.subject}`).join('\n')
          reject(new Error(`no mail to ${to} within ${DEADLINE / 1000} s; there are:\n${came}`))
        }, DEADLINE)
        function look() {
          const mail = mails.find((one) => !one.taken && one.envelope.to.includes(to))
          if (!mail) return
          mail.taken = true
          clearTimeout(timer)
          waiting.delete(look)
          resolve(mail)
        }
        waiting.add(look)
        look()
      })
    },
    /** Mails to this address, those that were asked for included. */
    mailsTo: (to) => mails.filter((mail) => mail.envelope.to.includes(to)),
    /** Goes down: connections are refused from now on. */
    stop: () => new Promise((resolve) => server.close(() => resolve())),
    /** Comes back on the same port. */
    start,
  }
}

function smtp(options, sessions, arrived) {
  const disabled = []
  if (!options.user) disabled.push('AUTH')
  if (!options.startTls) disabled.push('STARTTLS')
  return new SMTPServer({
    secure: Boolean(options.secure),
    ...options.certificate,
    disabledCommands: disabled,
    authOptional: !options.user,
    allowInsecureAuth: true,
    authMethods: options.methods ?? ['PLAIN', 'LOGIN'],
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    onAuth(auth, session, done) {
      sessions.push({ hello: session.hostNameAppearsAs, secure: session.secure, method: auth.method, user: auth.username })
      if (auth.username === options.user && auth.password === options.password) return done(null, { user: auth.username })
      done(answer('535 wrong user or password'))
    },
    onRcptTo(address, session, done) {
      const refused = options.refuse?.(address.address)
      done(refused ? answer(refused) : null)
    },
    onData(stream, session, done) {
      const chunks = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', async () => {
        try {
          const raw = Buffer.concat(chunks)
          const mail = await simpleParser(raw)
          const { mailFrom, rcptTo } = session.envelope
          mail.raw = raw.toString()
          mail.envelope = { from: mailFrom.address, to: rcptTo.map((one) => one.address) }
          mail.session = { hello: session.hostNameAppearsAs, secure: session.secure, user: session.user }
          await options.hold?.(mail)
          arrived(mail)
          done()
        } catch (error) {
          done(error)
        }
      })
    },
  })
}

/** An answer such as `550 no such user` as smtp-server wants it. */
function answer(text) {
  const error = new Error(text.slice(4))
  error.responseCode = Number(text.slice(0, 3))
  return error
}

/** The address of the mail's button, or of its first link. */
export function linkIn(mail) {
  const links = [...(mail.html || '').matchAll(/<a\s[^>]*>/g)].map(([tag]) => tag)
  const link = links.find((tag) => /class="[^"]*\bbtn\b/.test(tag)) ?? links[0]
  const href = /href="([^"]*)"/.exec(link ?? '')?.[1]
  if (!href) throw new Error(`no link in the mail: ${mail.html}`)
  return href.replaceAll('&amp;', '&').replaceAll('&#34;', '"').replaceAll('&#39;', "'")
}

/** The token at the end of the mail's link. */
export const tokenIn = (mail) => linkIn(mail).split('/').pop()
