/** Which records something is done to: some by their ids, or all that match but for some. */
import { filterOfIds, listIds } from '../../api/many'

export type Scope =
  | { kind: 'some'; ids: string[]; count: number }
  | { kind: 'all'; filter: string; except: string[]; count: number }

/** Their ids. */
export async function idsOf(
  collection: string,
  scope: Scope,
  signal: AbortSignal,
  tell: (found: number) => void,
): Promise<string[]> {
  if (scope.kind === 'some') return scope.ids
  const except = new Set(scope.except)
  const ids = await listIds(collection, scope.filter, signal, tell)
  return ids.filter((id) => !except.has(id))
}

/** How many ids a filter takes; the server bounds its length. */
const MOST = 60

/** The filters that find them, one after the other. */
export function filtersOf(scope: Scope): string[] {
  if (scope.kind === 'all') {
    const without = scope.except.map((id) => filterOfIds([id]).replace(' = ', ' != '))
    const own = scope.filter.trim() === '' ? [] : [`(${scope.filter}\n)`]
    return [[...own, ...without].join(' && ')]
  }
  const filters: string[] = []
  for (let at = 0; at < scope.ids.length; at += MOST) filters.push(filterOfIds(scope.ids.slice(at, at + MOST)))
  return filters
}
