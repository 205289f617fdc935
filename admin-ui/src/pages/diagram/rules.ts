/** The rules of all collections side by side. */
import type { Collection, Rule } from '../../api/collections'
import { STATES, stateOf, type RuleState } from '../collection/rule'
import { ruledOf, type Ruled } from '../collection/rules/operations'

export interface Cell extends Ruled {
  value: Rule
  state: RuleState
  /** Everyone may write. */
  isOpen: boolean
}

/** The columns: all that any collection has rules for. */
export const COLUMNS = ruledOf('auth')

/** The cells of a collection, one for each column; views and collections without accounts have not all of them. */
export function cellsOf(collection: Collection): (Cell | undefined)[] {
  const own = ruledOf(collection.type)
  return COLUMNS.map((column) => {
    const ruled = own.find(({ rule }) => rule === column.rule)
    if (!ruled) return undefined
    const value = collection[ruled.rule] ?? null
    const state = stateOf(value)
    return { ...ruled, value, state, isOpen: ruled.writes && state === 'everyone' }
  })
}

export type Who = RuleState | 'all'

export const FILTERS: { value: Who; label: string }[] = [
  { value: 'all', label: 'All' },
  ...(['everyone', 'signed-in', 'superusers', 'custom'] as const).map((value) => ({ value, label: STATES[value] })),
]

/** Whether a cell is one of those that are looked for. */
export function isOf(who: Who, cell: Cell | undefined): boolean {
  return cell !== undefined && who !== 'all' && cell.state === who
}

/** The collections with such a rule. */
export function withRules(collections: readonly Collection[], who: Who): Collection[] {
  return who === 'all' ? [...collections] : collections.filter((one) => cellsOf(one).some((cell) => isOf(who, cell)))
}

/** What everyone may write, as `create guest_book`. */
export function openOnes(collections: readonly Collection[]): string[] {
  return collections.flatMap((one) => cellsOf(one).flatMap((cell) => (cell?.isOpen ? [`${cell.label.toLowerCase()} ${one.name}`] : [])))
}
