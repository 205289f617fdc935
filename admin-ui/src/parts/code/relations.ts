/** What belongs to the input of an editor. Ids do not reach into its shadow root; elements do. */

export interface Relations {
  /** Ids, with spaces between them. */
  described: string | undefined
  list: string | undefined
  active: string | undefined
}

/** Tells it to those who listen, where the browser can; what it gives ends what was said of a list. */
export function relate(content: HTMLElement, { described, list, active }: Relations): (() => void) | undefined {
  if (!('ariaDescribedByElements' in content)) return undefined
  content.ariaDescribedByElements = named(described)
  // The list of suggestions names itself.
  if (list === undefined) return undefined
  content.ariaControlsElements = named(list)
  content.ariaActiveDescendantElement = named(active)[0] ?? null
  return () => {
    content.ariaControlsElements = null
    content.ariaActiveDescendantElement = null
  }
}

function named(ids = ''): Element[] {
  return ids.split(' ').flatMap((one) => document.getElementById(one) ?? [])
}
