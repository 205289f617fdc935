/** The map of the pages: which address of the hash shows what. */
import type { LinkKind } from './lib/link'

/** The tabs of the page that edits a collection. */
export const COLLECTION_TABS = ['fields', 'rules', 'indexes', 'query', 'auth', 'mail', 'danger'] as const
export type CollectionTab = (typeof COLLECTION_TABS)[number]

/** The pages of the settings that there are. */
export const SETTINGS = [
  'application', 'mail', 'storage', 'limits', 'superusers', 'backups', 'crons',
  'export-collections', 'import-collections', 'sql',
] as const
export type SettingsSection = (typeof SETTINGS)[number]

/** How the collections are looked at as a whole. */
const DIAGRAM_TABS = ['diagram', 'list', 'rules'] as const
export type DiagramTab = (typeof DIAGRAM_TABS)[number]

/** Which record is open beside the grid: one by its id, a new one, or none. */
export type OpenRecord = { id: string } | 'new' | null

export type Route =
  | { page: 'home' }
  | { page: 'login' }
  | { page: 'forgotten' }
  | { page: 'install'; token: string }
  | { page: 'confirm'; kind: LinkKind; token: string }
  | { page: 'oauth2'; success: boolean }
  | { page: 'records'; collection: string; open: OpenRecord; query: URLSearchParams }
  | { page: 'collection'; collection: string; tab: CollectionTab; at: string | undefined }
  | { page: 'new-collection'; query: URLSearchParams }
  | { page: 'api'; collection: string; operation: string; query: URLSearchParams }
  | { page: 'settings'; section: SettingsSection; at: string | undefined }
  | { page: 'logs'; open: string | null; query: URLSearchParams }
  | { page: 'diagram'; tab: DiagramTab; query: URLSearchParams }
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

/** Pages that need no session. */
export function isPublic(route: Route): boolean {
  return isForUsers(route) || route.page === 'install' || route.page === 'forgotten'
}

export function route(hash: string): Route {
  const address = hash.replace(/^#/, '')
  const [path = '', search = ''] = address.split(/\?(.*)/s)
  const query = new URLSearchParams(search)
  const steps = path.split('/').filter((step) => step !== '').map(decoded)
  return publicRoute(steps) ?? signedInRoute(steps, query) ?? { page: 'unknown', address }
}

function publicRoute(steps: string[]): Route | undefined {
  const [first, second, third] = steps
  if (steps.length === 1 && first === 'login') return { page: 'login' }
  if (steps.length === 1 && first === 'request-password-reset') return { page: 'forgotten' }
  if (steps.length === 2 && first === 'pbinstall' && second) return { page: 'install', token: second }
  if (first !== 'auth' || !second) return undefined
  const kind = CONFIRMATIONS.get(second)
  if (kind && third && steps.length === 3) return { page: 'confirm', kind, token: third }
  const popup = /^oauth2-redirect-(success|failure)$/.exec(second)
  return popup && steps.length === 2 ? { page: 'oauth2', success: popup[1] === 'success' } : undefined
}

function signedInRoute(steps: string[], query: URLSearchParams): Route | undefined {
  const [first, collection, third, fourth] = steps
  if (steps.length === 0) return { page: 'home' }
  if (first === 'new-collection' && steps.length === 1) return { page: 'new-collection', query }
  if (first === 'logs' && steps.length <= 2) return { page: 'logs', open: collection ?? null, query }
  if (first === 'diagram' && steps.length <= 2) {
    const tab = DIAGRAM_TABS.find((one) => one === (collection ?? first))
    return tab && { page: 'diagram', tab, query }
  }
  if (first === 'settings' && steps.length === 2) {
    const section = SETTINGS.find((one) => one === collection)
    // One of the inputs may be meant.
    return section && { page: 'settings', section, at: query.get('at') ?? undefined }
  }
  if (first !== 'collections') return undefined
  if (!collection) {
    // The addresses of PocketBase's dashboard, which are in people's bookmarks and mails.
    const named = query.get('collection')
    return named ? { page: 'records', collection: named, open: null, query: without(query, 'collection') } : undefined
  }
  if (third === 'settings' && steps.length <= 4) {
    const tab = COLLECTION_TABS.find((one) => one === (fourth ?? 'fields'))
    return tab && { page: 'collection', collection, tab, at: query.get('at') ?? undefined }
  }
  if (third === 'api' && steps.length <= 4) return { page: 'api', collection, operation: fourth ?? 'list', query }
  if (steps.length > 3) return undefined
  const open = third === undefined ? null : third === 'new' ? 'new' : { id: third }
  return { page: 'records', collection, open, query }
}

/** The address of a collection's records, with one of them open where it is named. */
export function recordsAddress(collection: string, open: OpenRecord = null, query?: URLSearchParams): string {
  const record = open === null ? '' : `/${open === 'new' ? 'new' : encodeURIComponent(open.id)}`
  const search = query?.toString()
  return `#/collections/${encodeURIComponent(collection)}${record}${search ? `?${search}` : ''}`
}

/** The address of the log, with one of its entries open where it is named. */
export function logsAddress(open: string | null = null, query?: URLSearchParams): string {
  const search = query?.toString()
  return `#/logs${open === null ? '' : `/${encodeURIComponent(open)}`}${search ? `?${search}` : ''}`
}

/** The address of the diagram: of all collections, or with one of them chosen. */
export function diagramAddress(tab: DiagramTab = 'diagram', query?: URLSearchParams): string {
  const search = query?.toString()
  return `#/diagram${tab === 'diagram' ? '' : `/${tab}`}${search ? `?${search}` : ''}`
}

/** The address of a tab of the page that edits a collection. */
export function collectionAddress(collection: string, tab: CollectionTab = 'fields'): string {
  return `#/collections/${encodeURIComponent(collection)}/settings/${tab}`
}

/** The address of how a collection is asked over the API. */
export function apiAddress(collection: string, operation = 'list', query?: URLSearchParams): string {
  const search = query?.toString()
  return `#/collections/${encodeURIComponent(collection)}/api/${encodeURIComponent(operation)}${search ? `?${search}` : ''}`
}

function without(query: URLSearchParams, name: string): URLSearchParams {
  const rest = new URLSearchParams(query)
  rest.delete(name)
  return rest
}

/** A step of an address; what is not encoded well stands for itself. */
function decoded(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}
