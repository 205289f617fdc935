/** What was looked for before in a collection, and views of it that got a name. Kept in the browser. */
import type { Collection } from '../../api/collections'
import { isKeptColumn, type KeptColumn } from './columns.svelte'
import { readKept, writeKept } from '../../lib/kept'

/** How many filters are remembered. */
const MOST = 20

/** The filters that were used last, newest first. */
export class History {
  readonly #key: string
  list: string[] = $state([])

  constructor(collection: Collection) {
    this.#key = `tuckbox_filters_${collection.id}`
    this.list = readKept(this.#key, (one) => typeof one === 'string')
  }

  add(filter: string): void {
    if (filter === '' || filter === this.list[0]) return
    this.#write([filter, ...this.list.filter((one) => one !== filter)].slice(0, MOST))
  }

  forget(filter: string): void {
    this.#write(this.list.filter((one) => one !== filter))
  }

  #write(list: string[]): void {
    this.list = list
    writeKept(this.#key, list)
  }
}

export interface View {
  name: string
  /** As it was typed. */
  filter: string
  sort: string
  columns: KeptColumn[]
}

/** Views by their names, in the order of the alphabet. */
export class Views {
  readonly #key: string
  list: View[] = $state([])

  constructor(collection: Collection) {
    this.#key = `tuckbox_views_${collection.id}`
    this.list = readKept(this.#key, isView)
  }

  /** Keeps a view; one of the same name goes. */
  save(view: View): void {
    const others = this.list.filter(({ name }) => name !== view.name)
    this.#write([...others, view].sort((one, other) => one.name.localeCompare(other.name)))
  }

  remove(name: string): void {
    this.#write(this.list.filter((one) => one.name !== name))
  }

  #write(list: View[]): void {
    this.list = list
    writeKept(this.#key, list)
  }
}

function isView(one: unknown): one is View {
  if (typeof one !== 'object' || one === null) return false
  const { name, filter, sort, columns } = one as Record<string, unknown>
  const isText = typeof name === 'string' && typeof filter === 'string' && typeof sort === 'string'
  return isText && Array.isArray(columns) && columns.every(isKeptColumn)
}
