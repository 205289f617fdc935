/** Making a record beside the one that is edited: inputs ask for it, and panels do it. */
import { getContext, setContext } from 'svelte'
import type { Collection } from '../api/collections'
import type { Row } from '../api/records'

/** The record that was made; `undefined` where it was not after all. */
export type Maker = (collection: Collection) => Promise<Row | undefined>

const KEY = Symbol('maker')

export function offerMaker(maker: Maker): void {
  setContext(KEY, maker)
}

/** Nothing where there is no room for another panel. */
export function findMaker(): Maker | undefined {
  return getContext<Maker | undefined>(KEY)
}
