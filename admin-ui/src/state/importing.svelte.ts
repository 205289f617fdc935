/** The import that is open over the page; it stays whatever the page below does. */
import type { Collection } from '../api/collections'

export interface Asked {
  /** Where the rows go; a new collection without it. */
  into: Collection | undefined
  /** The file, where it is chosen already. */
  file: File | undefined
}

class Importing {
  asked: Asked | undefined = $state.raw()

  begin(into?: Collection, file?: File): void {
    this.asked = { into, file }
  }

  end(): void {
    this.asked = undefined
  }
}

export const importing = new Importing()
