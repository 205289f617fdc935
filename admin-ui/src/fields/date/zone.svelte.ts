/** As which clocks times are typed: those that are here, or UTC. Chosen once, for all fields. */

const KEY = 'tuckbox_zone'

class Zone {
  isUtc = $state(read())

  choose(isUtc: boolean): void {
    this.isUtc = isUtc
    try {
      if (isUtc) localStorage.setItem(KEY, 'utc')
      else localStorage.removeItem(KEY)
    } catch {
      // It lasts as long as the page, then.
    }
  }

  get name(): string {
    return this.isUtc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
  }
}

function read(): boolean {
  try {
    return localStorage.getItem(KEY) === 'utc'
  } catch {
    return false
  }
}

export const zone = new Zone()
