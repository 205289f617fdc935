// Certificates of our own (X.509, RFC 5280), made here so that the tests need no other program: an authority, and the
// certificate of a server that it signed.

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DAY = 24 * 60 * 60 * 1000
const ECDSA_SHA256 = '1.2.840.10045.4.3.2'

/**
 * An authority and a server's certificate for these names and addresses. `authority` is a file for `SSL_CERT_FILE`;
 * `server` has `key` and `cert` for TLS servers.
 */
export function makeCertificate(dir, { names = ['localhost'], addresses = ['127.0.0.1'] } = {}) {
  const root = { name: 'Tuckbox test authority', ...pair() }
  const server = pair()
  const rootCertificate = certificate({ subject: root.name, key: root.publicKey, issuer: root, authority: true })
  const serverCertificate = certificate({ subject: names[0], key: server.publicKey, issuer: root, names, addresses })
  const authority = join(dir, 'authority.pem')
  writeFileSync(authority, pem(rootCertificate))
  const key = server.privateKey.export({ type: 'pkcs8', format: 'pem' })
  return { authority, server: { key, cert: pem(serverCertificate) } }
}

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

function certificate({ subject, key, issuer, authority = false, names = [], addresses = [] }) {
  const algorithm = sequence(oid(ECDSA_SHA256))
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer.name),
    sequence(time(Date.now() - DAY), time(Date.now() + 30 * DAY)),
    nameOf(subject),
    key.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions(authority, names, addresses))),
  )
  const signature = sign('sha256', body, issuer.privateKey)
  return sequence(body, algorithm, bits(signature))
}

function extensions(authority, names, addresses) {
  if (authority) {
    return [
      extension('2.5.29.19', true, sequence(tagged(0x01, Buffer.from([0xff])))),
      // May sign certificates.
      extension('2.5.29.15', true, tagged(0x03, Buffer.from([2, 0x04]))),
    ]
  }
  const alternatives = [
    ...names.map((name) => tagged(0x82, Buffer.from(name))),
    ...addresses.map((address) => tagged(0x87, Buffer.from(address.split('.').map(Number)))),
  ]
  return [
    extension('2.5.29.17', false, sequence(...alternatives)),
    // For servers.
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
  ]
}

const extension = (id, critical, value) =>
  sequence(oid(id), ...(critical ? [tagged(0x01, Buffer.from([0xff]))] : []), tagged(0x04, value))

const nameOf = (text) => sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(text)))))
const integer = (bytes) => tagged(0x02, bytes)
const bits = (bytes) => tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]))
const sequence = (...parts) => tagged(0x30, Buffer.concat(parts))

/** YYMMDDhhmmssZ. */
function time(at) {
  const digits = new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return tagged(0x17, Buffer.from(`${digits}Z`))
}

function oid(text) {
  const [first, second, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const number of rest) {
    const digits = [number & 0x7f]
    for (let left = number >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80)
    bytes.push(...digits)
  }
  return tagged(0x06, Buffer.from(bytes))
}

function tagged(tag, content) {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content])
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content])
}

function pem(der) {
  const lines = der.toString('base64').match(/.{1,64}/g).join('\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
