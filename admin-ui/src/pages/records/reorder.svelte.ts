/** A column that is drawn to another place in the header. */

/** How far a pointer goes before it draws and does not click, in pixels. */
const FAR = 6

export interface Drop {
  target: string
  side: 'before' | 'behind'
}

export class Reorder {
  /** Where it would be put. */
  drop: Drop | undefined = $state.raw()
  /** A click that ends a drawing is none. */
  #isDrawn = false
  readonly #onput: (name: string, drop: Drop) => void
  readonly #onfollow: (x: number) => void

  constructor(onput: (name: string, drop: Drop) => void, onfollow: (x: number) => void) {
    this.#onput = onput
    this.#onfollow = onfollow
  }

  /** To be called when a pointer goes down in the header. */
  readonly begin = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const head = event.currentTarget
    const name = nameAt(event.target)
    this.#isDrawn = false
    if (name === undefined || event.button !== 0) return
    const ending = new AbortController()
    const end = (isPut: boolean): void => {
      ending.abort()
      if (isPut && this.drop) this.#onput(name, this.drop)
      this.drop = undefined
    }
    const follow = (moved: PointerEvent): void => {
      if (!this.#isDrawn && Math.abs(moved.clientX - event.clientX) < FAR) return
      this.#isDrawn = true
      this.#onfollow(moved.clientX)
      const found = dropAt(head, moved.clientX)
      this.drop = found?.target === name ? undefined : found
    }
    const { signal } = ending
    window.addEventListener('pointermove', follow, { signal })
    window.addEventListener('pointerup', () => end(true), { signal })
    window.addEventListener('pointercancel', () => end(false), { signal })
    window.addEventListener('keydown', ({ key }) => key === 'Escape' && end(false), { signal })
  }

  /** To be called before clicks come to the header. */
  readonly click = (event: MouseEvent): void => {
    if (!this.#isDrawn) return
    this.#isDrawn = false
    event.preventDefault()
    event.stopPropagation()
  }
}

function nameAt(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('[data-column]')?.dataset.column : undefined
}

/** The side of the column that is next to a place. Those that stay lie over the others, and come first. */
function dropAt(head: HTMLElement, x: number): Drop | undefined {
  for (const cell of head.querySelectorAll<HTMLElement>('[data-column]')) {
    const { left, right } = cell.getBoundingClientRect()
    const target = cell.dataset.column
    if (target !== undefined && x >= left && x < right) return { target, side: x < (left + right) / 2 ? 'before' : 'behind' }
  }
  return undefined
}
