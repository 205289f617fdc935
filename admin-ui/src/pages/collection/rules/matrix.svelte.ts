/** Whether each of some callers may do something to each of the first records. */
import type { Collection, Rule } from '../../../api/collections'
import { explain } from '../../../api/explain'
import type { Operation } from '../../../api/filters'
import { listRecords } from '../../../api/records'
import { present } from '../../../fields/presentable'
import { inLanes } from '../../../lib/lanes'
import { whyNot } from './asking.svelte'
import { questionOf, type Case, type Named, type Who } from './case'
import { LANES } from './cases.svelte'

/** How many records are looked at. */
export const MOST = 50

export interface Asked {
  collection: Collection
  operation: Operation
  rule: Rule
  callers: Who[]
  /** What is sent along with each. */
  given: Pick<Case, 'body' | 'query' | 'headers'>
}

export class Matrix {
  rows: Named[] = $state.raw([])
  /** Whether it is allowed, by the keys of `cellOf`. */
  cells: Record<string, boolean> = $state({})
  /** What the cells are about. */
  asked: Asked | undefined = $state.raw()
  state: 'idle' | 'asking' | 'done' | 'cancelled' = $state('idle')
  past = $state(0)
  total = $state(0)
  fault = $state('')
  #stop = new AbortController()

  async run(asked: Asked): Promise<void> {
    this.#stop.abort()
    const { signal } = (this.#stop = new AbortController())
    this.asked = asked
    this.state = 'asking'
    this.fault = ''
    this.cells = {}
    this.past = 0
    this.total = 0
    try {
      const { collection, callers } = asked
      const rows = await listRecords(collection.name, 1, MOST, { filter: '', sort: '', expand: '' }, signal)
      if (signal.aborted) return
      this.rows = rows.map((row) => ({ id: row.id, text: present(row, collection) }))
      const cases = this.rows.flatMap((record) => callers.map((caller) => caseOf(asked, caller, record)))
      this.total = cases.length
      await inLanes(cases, LANES, async (one) => {
        const { allowed } = await explain(collection.id, questionOf(one, asked.rule), signal)
        if (signal.aborted) return
        this.cells[cellOf(one.caller, one.record)] = allowed
        this.past += 1
      }, signal)
      if (!signal.aborted) this.state = 'done'
    } catch (error) {
      if (signal.aborted) return
      this.#stop.abort()
      this.fault = whyNot(error)
      this.state = 'cancelled'
    }
  }

  /** What is known stays. */
  cancel(): void {
    this.#stop.abort()
    if (this.state === 'asking') this.state = 'cancelled'
  }
}

export function caseOf({ operation, given }: Asked, caller: Who, record: Named): Case {
  return { operation, caller, record, ...given }
}

export function cellOf(caller: Who, record: Named | null): string {
  return `${callerKey(caller)} ${record?.id ?? ''}`
}

export function callerKey(caller: Who): string {
  return caller === null ? 'guest' : caller === 'superuser' ? caller : `${caller.collection}/${caller.id}`
}
