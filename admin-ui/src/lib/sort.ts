/** The `sort` of the API: names with a comma between, `-` before those that go down. */

export type Direction = 'up' | 'down'

export function directionOf(sort: string, name: string): Direction | undefined {
  const keys = split(sort)
  if (keys.includes(name)) return 'up'
  return keys.includes(`-${name}`) ? 'down' : undefined
}

/** The order after a click on a name: up, down, not at all; alone, or as a further key. */
export function withSort(sort: string, name: string, further: boolean): string {
  const now = directionOf(sort, name)
  const next = now === undefined ? [name] : now === 'up' ? [`-${name}`] : []
  if (!further) return next.join()
  const keys = split(sort)
  const at = keys.findIndex((key) => key === name || key === `-${name}`)
  if (at < 0) return [...keys, ...next].join()
  keys.splice(at, 1, ...next)
  return keys.join()
}

/** The order without a name. */
export function withoutSort(sort: string, name: string): string {
  return split(sort)
    .filter((key) => key !== name && key !== `-${name}`)
    .join()
}

function split(sort: string): string[] {
  return sort
    .split(',')
    .map((key) => key.trim().replace(/^\+/, ''))
    .filter((key) => key !== '')
}
