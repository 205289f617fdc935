/** The records that are selected in a grid: some by their ids, or all that match but for some. */
import { SvelteSet } from 'svelte/reactivity'

export class Selection {
  /** Whether all that match are selected, whether they were in view or not. */
  isAll = $state(false)
  /** Those that are selected; where all are, those that are not. */
  readonly #ids = new SvelteSet<string>()

  /** How many they are, of a number that match. */
  count(total: number): number {
    return this.isAll ? Math.max(0, total - this.#ids.size) : this.#ids.size
  }

  /** By their ids; where all are selected, nobody knows them here. */
  get ids(): string[] {
    return this.isAll ? [] : [...this.#ids]
  }

  /** Those that are left out where all are selected. */
  get except(): string[] {
    return this.isAll ? [...this.#ids] : []
  }

  has(id: string): boolean {
    return this.isAll !== this.#ids.has(id)
  }

  toggle(id: string): void {
    this.set([id], !this.has(id))
  }

  set(ids: string[], selected: boolean): void {
    for (const id of ids) {
      if (selected === this.isAll) this.#ids.delete(id)
      else this.#ids.add(id)
    }
  }

  all(): void {
    this.#ids.clear()
    this.isAll = true
  }

  clear(): void {
    this.#ids.clear()
    this.isAll = false
  }
}
