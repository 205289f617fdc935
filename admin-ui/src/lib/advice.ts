/** What helps when a mail server or a bucket says no: their words stay, and these stand beside them. */

type Advice = readonly [pattern: RegExp, sentence: string]

const MAIL: Advice[] = [
  [/\b5?35\b|authenticat|credentials|wrong (user|password)/i, 'User name or password are not what the server expects; some want a password made for apps.'],
  [/refused|os error 111/i, 'Nothing listens there: look at the host and the port (587, 465 or 25).'],
  [/resolve|lookup|dns|name or service not known/i, 'The host’s name is not found: is it spelt right?'],
  [/certificate|tls|ssl|handshake|corrupt message/i, 'TLS does not fit: port 465 wants it from the first byte, 587 does not.'],
  [/longer than|timed out|timeout/i, 'The server does not answer: a firewall may keep the port closed.'],
  [/\b55[0-9]\b.*(relay|sender|from)|relay/i, 'The server does not send for this sender: is the sender’s address one of its own?'],
  [/\b550\b|no such user|recipient/i, 'The server does not take mail for that address.'],
  [/sendmail/i, 'Turn on SMTP, or install sendmail on the machine.'],
]

const BUCKET: Advice[] = [
  [/NoSuchBucket/i, 'There is no such bucket: is it spelt right, and in this region?'],
  [/InvalidAccessKeyId/i, 'The access key is not known there.'],
  [/SignatureDoesNotMatch/i, 'The secret does not belong to the access key, or the region is another one.'],
  [/AccessDenied|Forbidden|\b403\b/i, 'The key may not write, list or delete here: it needs PutObject, GetObject, DeleteObject and ListBucket.'],
  [/PermanentRedirect|AuthorizationHeaderMalformed|\b301\b/i, 'The bucket lies in another region.'],
  [/resolve|lookup|dns/i, 'The endpoint’s name is not found; with “bucket in the path” the bucket is no part of it.'],
  [/refused|connect/i, 'Nothing answers at the endpoint.'],
  [/certificate|tls/i, 'The endpoint’s certificate is not trusted; http:// works for services nearby.'],
  [/timed out|timeout/i, 'The endpoint does not answer in time.'],
  [/not enabled|disabled/i, 'Turn it on and save first.'],
]

/** The code that an S3-compatible service gave; empty where it gave none. */
export const codeIn = (words: string): string => /<Code>(\w+)<\/Code>/.exec(words)?.[1] ?? ''

const first = (list: readonly Advice[], words: string): string => list.find(([pattern]) => pattern.test(words))?.[1] ?? ''

/** For the words of a mail server; empty where nothing is known. */
export const mailAdvice = (words: string): string => first(MAIL, words)

/** For the words of a bucket; empty where nothing is known. */
export const bucketAdvice = (words: string): string => first(BUCKET, words)
