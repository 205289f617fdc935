/** What the address asks for: a filter, an order, and the view that they are of. */
import { untrack } from 'svelte'
import type { Columns } from './columns.svelte'
import type { View, Views } from './views.svelte'

interface Of {
  readonly query: URLSearchParams
  readonly views: Views
  readonly columns: Columns
  /** Puts a query into the address. */
  go: (query: URLSearchParams) => void
}

export class Viewing {
  readonly #of: Of
  /** Of the view; empty without one. */
  readonly name: string = $derived.by(() => this.#of.query.get('view') ?? '')
  /** Nothing without one, or where it is not kept in this browser. */
  readonly view: View | undefined = $derived.by(() => this.#of.views.list.find(({ name }) => name === this.name))
  readonly #isExplicit: boolean = $derived.by(() => this.#of.query.has('filter') || this.#of.query.has('sort'))
  /** As it was typed. */
  readonly filter: string = $derived.by(() => (this.#isExplicit ? this.#of.query.get('filter') : this.view?.filter) ?? '')
  readonly sort: string = $derived.by(() => (this.#isExplicit ? this.#of.query.get('sort') : this.view?.sort) ?? '')
  /** The address names a view of another browser. */
  readonly isUnknown: boolean = $derived.by(() => this.name !== '' && !this.view)
  /** What is shown is not what is kept under the name. */
  readonly isChanged: boolean = $derived.by(() => {
    const { view } = this
    return view !== undefined && (view.filter !== this.filter || view.sort !== this.sort || !this.#of.columns.isLike(view.columns))
  })

  /** To be made while a component is: it follows the address. */
  constructor(of: Of) {
    this.#of = of
    untrack(() => of.columns.show(this.view))
    let before = untrack(() => this.name)
    $effect(() => {
      const { name } = this
      if (name === before) return
      before = name
      untrack(() => of.columns.show(this.view))
    })
    // An address that only names a view gets its filter and order, so that it means the same elsewhere.
    $effect(() => {
      const { view } = this
      if (view && !this.#isExplicit && (view.filter !== '' || view.sort !== '')) untrack(() => this.#go(view.name, view.filter, view.sort))
    })
  }

  change({ filter = this.filter, sort = this.sort }: { filter?: string; sort?: string }): void {
    this.#go(this.name, filter, sort)
  }

  /** Shows a view; what was changed of its columns and not kept is still there. */
  open({ name, filter, sort }: View): void {
    const { columns, views } = this.#of
    columns.show(views.list.find((one) => one.name === name))
    this.#go(name, filter, sort)
  }

  /** Shows a view as it is kept. */
  restore(view: View): void {
    this.#of.columns.forget(view.name)
    this.open(view)
  }

  /** Keeps what is shown under a name. */
  save(name: string): void {
    const { columns, views } = this.#of
    const { filter, sort } = this
    views.save({ name, filter, sort, columns: columns.kept })
    this.restore({ name, filter, sort, columns: columns.kept })
  }

  forget(name: string): void {
    this.#of.columns.forget(name)
    this.#of.views.remove(name)
    if (name === this.name) this.leave()
  }

  /** The filter and the order stay, the name goes. */
  leave(): void {
    this.#go('', this.filter, this.sort)
  }

  #go(view: string, filter: string, sort: string): void {
    const query = new URLSearchParams(this.#of.query)
    for (const [key, value] of Object.entries({ filter, sort })) {
      if (value === '') query.delete(key)
      else query.set(key, value)
    }
    // In a view, nothing at all is so on purpose.
    if (view !== '' && filter === '' && sort === '') query.set('filter', '')
    if (view === '') query.delete('view')
    else query.set('view', view)
    this.#of.go(query)
  }
}
