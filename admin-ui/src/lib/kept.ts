/** Lists that are kept in the browser, read with care: others may have written there. */

export function readKept<T>(key: string, is: (one: unknown) => one is T): T[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(kept) ? kept.filter(is) : []
  } catch {
    return []
  }
}

export function writeKept(key: string, list: unknown[]): void {
  try {
    if (list.length === 0) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(list))
  } catch {
    // There is no room, or none at all: it lasts as long as the page, then.
  }
}
