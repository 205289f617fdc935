/** How the sidebar is: as wide as its words or its icons, and which collections are on top. Kept in this browser. */

const WIDTH_KEPT_AS = 'tuckbox_sidebar'
const PINS_KEPT_AS = 'tuckbox_pinned'

class SidebarState {
  isNarrow = $state(localStorage.getItem(WIDTH_KEPT_AS) === 'narrow')
  /** The ids of pinned collections, in the order in which they were pinned. */
  pinned: string[] = $state.raw(read())

  toggle(): void {
    this.isNarrow = !this.isNarrow
    if (this.isNarrow) localStorage.setItem(WIDTH_KEPT_AS, 'narrow')
    else localStorage.removeItem(WIDTH_KEPT_AS)
  }

  pin(id: string): void {
    this.pinned = this.pinned.includes(id) ? this.pinned.filter((one) => one !== id) : [...this.pinned, id]
    localStorage.setItem(PINS_KEPT_AS, JSON.stringify(this.pinned))
  }
}

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PINS_KEPT_AS) ?? '[]')
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}

export const sidebar = new SidebarState()
