/** The settings of the server, as it tells and takes them, and what it says of how it was started. */
import { ApiError } from './client'
import { ask, backend } from './backend'
import type { RateRule } from '../lib/rate-limits'

/** The settings as they are answered, without the secrets, which never are. */
export type Settings = Readonly<Record<string, unknown>>

/** Reads them all, or those that `fields` names. */
export async function getSettings(fields = ''): Promise<Settings> {
  return (await ask((asked) => asked.settings.getAll(fields ? { fields } : {}))) as Settings
}

/** Lays a change over what is there; the settings as they are then. */
export async function updateSettings(change: Record<string, unknown>): Promise<Settings> {
  return (await ask((asked) => asked.settings.update(change))) as Settings
}

/** Writes, lists and deletes an object in the bucket that is saved. */
export async function testBucket(filesystem: 'storage' | 'backups'): Promise<void> {
  await ask((asked) => asked.settings.testS3(filesystem))
}

/** What a client secret of Apple is made of; times in seconds. */
export interface AppleKey {
  clientId: string
  teamId: string
  keyId: string
  /** As PEM. */
  privateKey: string
  duration: number
}

/** Signs a client secret; nothing is stored. */
export async function makeAppleSecret({ clientId, teamId, keyId, privateKey, duration }: AppleKey): Promise<string> {
  const { secret } = await ask((asked) => asked.settings.generateAppleClientSecret(clientId, teamId, keyId, privateKey, duration))
  return secret
}

/** How the server sees whoever asks it. */
export interface Seen {
  /** Whence the request came, as it counts for limits. */
  address: string
  /** A header in which a proxy seems to name the client; empty where there is none. */
  proxyHeader: string
}

/** Asks how this browser is seen. */
export async function whatIsSeen(): Promise<Seen> {
  const { data } = await ask((asked) => asked.health.check())
  const { realIP, possibleProxyHeader } = data as { realIP?: string; possibleProxyHeader?: string }
  return { address: realIP ?? '', proxyHeader: possibleProxyHeader ?? '' }
}

/** Something that was decided when the server was started. */
export interface Configured {
  /** Its flag, such as `--http`. */
  name: string
  value: string
  source: string
  /** The variable of the environment that says it; empty where none does. */
  variable: string
}

/** What the command line and the environment decided; nothing where the server does not tell. */
export async function getConfiguration(): Promise<Configured[]> {
  const answer = await unlessUnknown(() => backend.send<{ configuration?: unknown }>('/api/server', { method: 'GET' }))
  if (!Array.isArray(answer?.configuration)) return []
  return answer.configuration.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null || !('name' in one)) return []
    const { name, value, source, variable } = one as Record<string, unknown>
    return [{ name: words(name), value: words(value), source: words(source), variable: words(variable) }]
  })
}

/** Which rule a request would be counted by. */
export interface Hit {
  rule: RateRule | null
  /** Its place in the list. */
  at: number | null
  /** The labels that the request has beside its path. */
  tags: string[]
}

/** A request that might come. */
export interface Imagined {
  method: string
  path: string
  audience: '@guest' | '@auth'
}

/** Asks which of some rules would limit a request; `undefined` where the server cannot tell. */
export async function whichRule(request: Imagined, rules: readonly RateRule[]): Promise<Hit | undefined> {
  const answer = await unlessUnknown(() =>
    backend.send<Partial<Hit>>('/api/settings/test/rate-limit', { method: 'POST', body: { ...request, rules } }),
  )
  return answer && { rule: answer.rule ?? null, at: answer.at ?? null, tags: answer.tags ?? [] }
}

/** The answer of a route that not every server has. */
async function unlessUnknown<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask(question)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/** Whatever it is, as a text. */
function words(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null || value === undefined ? '' : JSON.stringify(value)
}
