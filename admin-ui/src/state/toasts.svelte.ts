/** Short messages at the edge: what was done, with a way back where there is one. Errors stay until they are read. */

export interface Toast {
  id: number
  kind: 'done' | 'failed'
  text: string
  action?: { label: string; run: () => void }
}

/** How long a message stays that nobody reads just then. */
const LIFE = 6_000

class Toasts {
  shown: Toast[] = $state([])
  #next = 1
  #isHeld = false
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()
  /** What is done when a message goes without its action. */
  readonly #ends = new Map<number, () => void>()

  /** Tells what was done; gives its number. `onend` is called when it goes without its action. */
  done(text: string, action?: Toast['action'], onend?: () => void): number {
    const id = this.#add({ kind: 'done', text, ...(action && { action }) })
    if (onend) this.#ends.set(id, onend)
    this.#start(id)
    return id
  }

  failed(text: string, action?: Toast['action']): number {
    return this.#add({ kind: 'failed', text, ...(action && { action }) })
  }

  /** Takes a message away whose action was taken, or which is not true any more. */
  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    this.#ends.delete(id)
    this.shown = this.shown.filter((toast) => toast.id !== id)
    // What was under the hand is gone, and tells no more when the hand goes.
    this.release()
  }

  /** A message goes: it was read. */
  end(id: number): void {
    const onend = this.#ends.get(id)
    this.dismiss(id)
    onend?.()
  }

  /** Messages that somebody is at stay, until they are let go. */
  hold(): void {
    this.#isHeld = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  release(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    for (const id of this.#timers.keys()) this.#start(id)
  }

  #start(id: number): void {
    clearTimeout(this.#timers.get(id))
    const timer = setTimeout(() => this.end(id), LIFE)
    this.#timers.set(id, timer)
    if (this.#isHeld) clearTimeout(timer)
  }

  #add(toast: Omit<Toast, 'id'>): number {
    const id = this.#next++
    this.shown.push({ id, ...toast })
    return id
  }
}

export const toasts = new Toasts()
