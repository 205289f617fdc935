/** The map of the pages: which address of the hash shows what. */
import type { LinkKind } from './lib/link'

export type Route =
  | { page: 'start' }
  | { page: 'install'; token: string }
  | { page: 'confirm'; kind: LinkKind; token: string }
  | { page: 'oauth2'; success: boolean }
  | { page: 'unknown'; address: string }

/** Where the links in mails lead; the mail templates of the server name the same addresses. */
const CONFIRMATIONS = new Map<string, LinkKind>([
  ['confirm-verification', 'verification'],
  ['confirm-password-reset', 'passwordReset'],
  ['confirm-email-change', 'emailChange'],
])

/** Pages for the users of the app, who know nothing of Tuckbox and have no business with the rest of the dashboard. */
export function isForUsers(route: Route): boolean {
  return route.page === 'confirm' || route.page === 'oauth2'
}

export function route(hash: string): Route {
  const address = hash.replace(/^#/, '')
  if (address === '' || address === '/') return { page: 'start' }
  const install = /^\/pbinstall\/([^/?]+)\/?$/.exec(address)
  if (install?.[1]) return { page: 'install', token: install[1] }
  const confirm = /^\/auth\/([^/?]+)\/([^/?]+)\/?$/.exec(address)
  const kind = CONFIRMATIONS.get(confirm?.[1] ?? '')
  if (kind && confirm?.[2]) return { page: 'confirm', kind, token: confirm[2] }
  const popup = /^\/auth\/oauth2-redirect-(success|failure)\/?$/.exec(address)
  if (popup) return { page: 'oauth2', success: popup[1] === 'success' }
  return { page: 'unknown', address }
}
