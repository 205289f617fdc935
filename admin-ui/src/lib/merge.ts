/** Two people changed one record: what each of them changed, field by field, and what becomes of it. */
import { isSame } from './same'

/** Whose value of a field is taken. */
export type Choice = 'mine' | 'theirs'

/** A field that at least one of them changed. */
export interface Difference {
  name: string
  /** What both began with. */
  base: unknown
  mine: unknown
  theirs: unknown
  /** Who changed it; `both` where their values are not the same. */
  by: Choice | 'both'
}

type Values = Readonly<Record<string, unknown>>

/**
 * The fields in which they differ, in the order of `names`. `changes` are mine, on top of `base`; a field that both
 * changed to the same value is no difference.
 */
export function differences(base: Values, changes: Values, theirs: Values, names: readonly string[]): Difference[] {
  return names.flatMap((name): Difference[] => {
    const [before, others] = [base[name], theirs[name]]
    const mine = name in changes ? changes[name] : before
    const [isMine, isTheirs] = [!isSame(mine, before), !isSame(others, before)]
    if ((!isMine && !isTheirs) || (isMine && isTheirs && isSame(mine, others))) return []
    return [{ name, base: before, mine, theirs: others, by: isMine ? (isTheirs ? 'both' : 'mine') : 'theirs' }]
  })
}

/** The fields that somebody has to choose for. */
export function undecided(all: readonly Difference[], choices: Readonly<Record<string, Choice>>): string[] {
  return all.filter(({ name, by }) => by === 'both' && choices[name] === undefined).map(({ name }) => name)
}

/** The fields whose value of mine is given up. What only one of them changed is that one's. */
export function givenUp(all: readonly Difference[], choices: Readonly<Record<string, Choice>>): string[] {
  return all.filter(({ name, by }) => by === 'both' && choices[name] === 'theirs').map(({ name }) => name)
}
