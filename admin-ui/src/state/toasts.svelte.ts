/** Short messages at the edge: what was done, with a way back where there is one. Errors stay until they are read. */

export interface Toast {
  id: number
  kind: 'done' | 'failed'
  text: string
  action?: { label: string; run: () => void }
}

const LIFE = 6_000

class Toasts {
  shown: Toast[] = $state([])
  #next = 1
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()

  /** Tells what was done; gives its number. `onend` is called when it goes without its action. */
  done(text: string, action?: Toast['action'], onend?: () => void): number {
    const id = this.#add({ kind: 'done', text, ...(action && { action }) })
    this.#timers.set(
      id,
      setTimeout(() => {
        this.dismiss(id)
        onend?.()
      }, LIFE),
    )
    return id
  }

  failed(text: string): number {
    return this.#add({ kind: 'failed', text })
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    this.shown = this.shown.filter((toast) => toast.id !== id)
  }

  #add(toast: Omit<Toast, 'id'>): number {
    const id = this.#next++
    this.shown.push({ id, ...toast })
    return id
  }
}

export const toasts = new Toasts()
