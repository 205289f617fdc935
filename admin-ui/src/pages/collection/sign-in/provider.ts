/** Services that people sign in with. */
import type { Provider } from '../../../api/collections'

/** One with nothing said yet: everything but the client is the service's default. */
export function newProvider(name: string): Provider {
  return { name, displayName: '', clientId: '', clientSecret: '', authURL: '', tokenURL: '', userInfoURL: '', pkce: null, extra: null }
}

/** Any OpenID provider, which tells of itself at its issuer's address. */
export function isOpenId(name: string): boolean {
  return /^oidc\d?$/.test(name)
}

/** Whether the addresses cannot be known before somebody says them. */
export function needsAddresses(name: string): boolean {
  return isOpenId(name) || name === 'mailcow'
}

/** `extra` with a key set, or without it where there is nothing to say; `null` when nothing is left. */
export function withExtra(extra: Provider['extra'], key: string, value: string): Provider['extra'] {
  const rest = Object.fromEntries(Object.entries(extra ?? {}).filter(([name]) => name !== key))
  const next = value === '' ? rest : { ...rest, [key]: value }
  return Object.keys(next).length > 0 ? next : null
}

/** The image of a logo: as an image it cannot run anything. */
export function logoAddress(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
