/** How much room a row has. Kept in the browser, for all collections alike. */

export type Density = 'roomy' | 'compact'

const KEPT_AS = 'tuckbox_density'

class RowDensity {
  now: Density = $state(localStorage.getItem(KEPT_AS) === 'compact' ? 'compact' : 'roomy')

  set(density: Density): void {
    this.now = density
    localStorage.setItem(KEPT_AS, density)
  }

  /** The height of a row, in pixels. */
  get height(): number {
    return this.now === 'compact' ? 28 : 36
  }
}

export const density = new RowDensity()
