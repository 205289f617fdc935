/** The map of the pages: which address of the hash shows what. */
export type Route =
  | { page: 'start' }
  | { page: 'install'; token: string }
  | { page: 'unknown'; address: string }

export function route(hash: string): Route {
  const address = hash.replace(/^#/, '')
  if (address === '' || address === '/') return { page: 'start' }
  const install = /^\/pbinstall\/([^/?]+)\/?$/.exec(address)
  if (install?.[1]) return { page: 'install', token: install[1] }
  return { page: 'unknown', address }
}
