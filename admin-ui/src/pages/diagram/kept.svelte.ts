/** How one looks at the diagram, and where boxes were put. Kept in this browser. */
import type { Point } from './boxes'

const KEPT_AS = 'tuckbox_diagram'

/** Boxes have other sizes with and without their fields, and so other places. */
type Form = 'names' | 'fields'

interface Kept {
  form?: Form
  system: boolean
  moved: Record<Form, Record<string, Point>>
}

/** From so many collections on, names alone are what one sees at first. */
const MANY = 40

class KeptDiagram {
  #kept: Kept = $state.raw(read())

  get showsSystem(): boolean {
    return this.#kept.system
  }

  /** With fields where nothing else was chosen, as long as there are not too many of them. */
  isDetailed(collections: number): boolean {
    return (this.#kept.form ?? (collections > MANY ? 'names' : 'fields')) === 'fields'
  }

  moved(isDetailed: boolean): Readonly<Record<string, Point>> {
    return this.#kept.moved[isDetailed ? 'fields' : 'names']
  }

  detail(isDetailed: boolean): void {
    this.#keep({ form: isDetailed ? 'fields' : 'names' })
  }

  showSystem(shows: boolean): void {
    this.#keep({ system: shows })
  }

  move(isDetailed: boolean, id: string, place: Point): void {
    const form = isDetailed ? 'fields' : 'names'
    this.#keep({ moved: { ...this.#kept.moved, [form]: { ...this.#kept.moved[form], [id]: place } } })
  }

  /** They go back to where they were laid out. */
  reset(isDetailed: boolean): void {
    this.#keep({ moved: { ...this.#kept.moved, [isDetailed ? 'fields' : 'names']: {} } })
  }

  #keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change }
    localStorage.setItem(KEPT_AS, JSON.stringify(this.#kept))
  }
}

function read(): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}') as Partial<Kept> | null
    const form = kept?.form === 'names' || kept?.form === 'fields' ? { form: kept.form } : {}
    return { ...form, system: kept?.system === true, moved: { names: places(kept?.moved?.names), fields: places(kept?.moved?.fields) } }
  } catch {
    return { system: false, moved: { names: {}, fields: {} } }
  }
}

function places(kept: unknown): Record<string, Point> {
  if (typeof kept !== 'object' || kept === null) return {}
  return Object.fromEntries(
    Object.entries(kept as Record<string, Partial<Point> | null>).flatMap(([id, place]) =>
      Number.isFinite(place?.x) && Number.isFinite(place?.y) ? [[id, { x: Number(place?.x), y: Number(place?.y) }]] : [],
    ),
  )
}

export const kept = new KeptDiagram()
