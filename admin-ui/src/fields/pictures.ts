/** Pictures in texts, which become files of the record: inputs ask for it, and panels do it. */
import { getContext, setContext } from 'svelte'

/** Stores a picture; where it lies then, or in a sentence why it does not. */
export type Keep = (picture: File) => Promise<{ address: string } | { fault: string }>

const KEY = Symbol('pictures')

export function offerPictures(keep: Keep): void {
  setContext(KEY, keep)
}

/** Nothing where there is no record to keep them. */
export function findPictures(): Keep | undefined {
  return getContext<Keep | undefined>(KEY)
}
