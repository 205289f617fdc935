/** Cases with names and the verdict that they should have. Kept in the browser, asked whenever a rule is about to change. */
import { explain } from '../../../api/explain'
import type { Collection, Rule } from '../../../api/collections'
import { inLanes } from '../../../lib/lanes'
import { readKept, writeKept } from '../../../lib/kept'
import type { RuleName } from '../plan/plan'
import { isCase, questionOf, type Case } from './case'
import { ruleNameOf } from './operations'

export interface SavedCase {
  name: string
  case: Case
  /** What it should be. */
  allowed: boolean
}

/** How many are on their way at a time. */
export const LANES = 4

/** Cases by their names, in the order of the alphabet. */
export class Cases {
  readonly #key: string
  list: SavedCase[] = $state.raw([])

  constructor(collection: Pick<Collection, 'id'>) {
    this.#key = `tuckbox_cases_${collection.id}`
    this.list = readKept(this.#key, isSaved)
  }

  /** Keeps a case; one of the same name goes. */
  save(one: SavedCase): void {
    const others = this.list.filter(({ name }) => name !== one.name)
    this.#write([...others, one].sort((a, b) => a.name.localeCompare(b.name)))
  }

  remove(name: string): void {
    this.#write(this.list.filter((one) => one.name !== name))
  }

  #write(list: SavedCase[]): void {
    this.list = list
    writeKept(this.#key, list)
  }
}

/** What cases come to: by name whether they are allowed, `undefined` where the rule could not be asked. */
export type Verdicts = Record<string, boolean | undefined>

/** Asks for each case, with rules that need not be saved. */
export async function verdicts(
  collection: string,
  cases: readonly SavedCase[],
  ruleOf: (rule: RuleName) => Rule,
  signal: AbortSignal,
): Promise<Verdicts> {
  const found: Verdicts = {}
  await inLanes(cases, LANES, async ({ name, case: one }) => {
    try {
      const { allowed } = await explain(collection, questionOf(one, ruleOf(ruleNameOf(one.operation))), signal)
      found[name] = allowed
    } catch {
      // Its record may be gone, or the rule makes no sense yet.
      found[name] = undefined
    }
  }, signal)
  return found
}

function isSaved(one: unknown): one is SavedCase {
  if (typeof one !== 'object' || one === null) return false
  const { name, case: kept, allowed } = one as Record<string, unknown>
  return typeof name === 'string' && typeof allowed === 'boolean' && isCase(kept)
}
