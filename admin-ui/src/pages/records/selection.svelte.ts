/** The records that are selected in a grid, by their ids. */
import { SvelteSet } from 'svelte/reactivity'

export class Selection {
  readonly #ids = new SvelteSet<string>()

  get size(): number {
    return this.#ids.size
  }

  get ids(): string[] {
    return [...this.#ids]
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  toggle(id: string): void {
    if (!this.#ids.delete(id)) this.#ids.add(id)
  }

  clear(): void {
    this.#ids.clear()
  }
}
