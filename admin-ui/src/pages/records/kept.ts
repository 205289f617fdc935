/** What is kept in the browser for a collection, read with care: others may have written there. */

export function readKept<T>(key: string, is: (one: unknown) => one is T): T[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(kept) ? kept.filter(is) : []
  } catch {
    return []
  }
}

export function writeKept(key: string, list: unknown[]): void {
  if (list.length === 0) localStorage.removeItem(key)
  else localStorage.setItem(key, JSON.stringify(list))
}
