/** Filters as conditions in groups, for who would rather choose than write: read from a text, and written back. */
import { isClosed, tokensOf, type Token } from './tokens'

export interface Condition {
  kind: 'condition'
  path: string
  operator: string
  /** As it is written: `'text'`, `12`, `true`, `@now`, another path. */
  value: string
}

export interface Group {
  kind: 'group'
  join: 'all' | 'any'
  parts: (Condition | Group)[]
}

/** Groups in groups that there may be. */
export const DEEPEST = 2

/** The conditions of a text; nothing where it says more than conditions in groups can. */
export function conditionsOf(text: string): Group | undefined {
  const tokens = tokensOf(text)
  if (tokens.length === 0) return { kind: 'group', join: 'all', parts: [] }
  const reader = new Reader(tokens)
  const found = reader.any()
  if (!found || !reader.isAtEnd) return undefined
  const group: Group = found.kind === 'group' ? found : { kind: 'group', join: 'all', parts: [found] }
  return depthOf(group) <= DEEPEST ? group : undefined
}

function depthOf(group: Group): number {
  return 1 + Math.max(0, ...group.parts.map((part) => (part.kind === 'group' ? depthOf(part) : 0)))
}

class Reader {
  #at = 0

  constructor(readonly tokens: readonly Token[]) {}

  get isAtEnd(): boolean {
    return this.#at === this.tokens.length
  }

  any(): Condition | Group | undefined {
    return this.#joined('||', 'any', () => this.#joined('&&', 'all', () => this.#part()))
  }

  #joined(sign: string, join: Group['join'], read: () => Condition | Group | undefined): Condition | Group | undefined {
    const parts: (Condition | Group)[] = []
    do {
      const part = read()
      if (!part) return undefined
      parts.push(part)
    } while (this.#takes('join', sign))
    const [only] = parts
    return parts.length === 1 ? only : { kind: 'group', join, parts }
  }

  #part(): Condition | Group | undefined {
    if (!this.#takes('open')) return this.#condition()
    const inner = this.any()
    return inner && this.#takes('close') ? inner : undefined
  }

  #condition(): Condition | undefined {
    const [path, operator, value] = this.tokens.slice(this.#at, this.#at + 3)
    if (path?.kind !== 'name' || operator?.kind !== 'operator') return undefined
    if (value?.kind !== 'text' && value?.kind !== 'number' && value?.kind !== 'name') return undefined
    if (value.kind === 'text' && !isClosed(value.text)) return undefined
    this.#at += 3
    // A bracket at once makes a function of a name.
    const after = this.tokens[this.#at]
    if (after?.kind === 'open') return undefined
    return { kind: 'condition', path: path.text, operator: operator.text, value: value.text }
  }

  #takes(kind: Token['kind'], text?: string): boolean {
    const token = this.tokens[this.#at]
    if (token?.kind !== kind || (text !== undefined && token.text !== text)) return false
    this.#at++
    return true
  }
}

/** The filter that says the same; what is not chosen to its end is left out. */
export function filterOf(group: Group): string {
  const sign = group.join === 'all' ? ' && ' : ' || '
  return group.parts.map(textOf).filter((one) => one !== '').join(sign)
}

function textOf(part: Condition | Group): string {
  if (part.kind === 'group') return bracketed(part)
  return isWhole(part) ? `${part.path} ${part.operator} ${part.value}` : ''
}

function bracketed(group: Group): string {
  const text = filterOf(group)
  const count = group.parts.filter((part) => textOf(part) !== '').length
  return count > 1 ? `(${text})` : text
}

/** Whether a condition can be asked: to contain nothing is true of everything. */
export function isWhole({ path, operator, value }: Condition): boolean {
  return path !== '' && value !== '' && !(operator.includes('~') && value === "''")
}
