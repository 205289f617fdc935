/** Filters made of values that were clicked: one is asked for, or left out. What else is typed stays. Pure. */
import { quoted, tokensOf, unquoted } from '../../expression/tokens'
import type { FacetName } from '../../api/logs'

/** Where the values of facets lie in an entry. Routes are no values, but patterns of addresses. */
export const PATHS = {
  level: 'level',
  status: 'data.status',
  method: 'data.method',
  auth: 'data.auth',
  ip: 'data.userIP',
} as const satisfies Partial<Record<FacetName, string>>

/** A value that is asked for, or left out. */
export interface Chosen {
  value: string
  isOut: boolean
}

/** The condition that a value at a path is met, or not. */
export function clauseOf(path: string, value: string | number | boolean, isOut = false): string {
  return `${path} ${isOut ? '!=' : '='} ${typeof value === 'string' ? quoted(value) : String(value)}`
}

/** The condition for the requests of a route such as `GET /api/crons/{id}`: what differs is in braces, or an ellipsis. */
export function routeClause(route: string, isOut = false): string {
  const [, method, path = ''] = /^(?:([A-Z]+) )?(.*)$/s.exec(route) ?? []
  const address = addressClause(path.replaceAll(/\{[^}/]*\}|…/g, '%'), isOut)
  if (method === undefined) return address.length === 1 ? address.join() : `(${address.join(isOut ? ' && ' : ' || ')})`
  const of = clauseOf(PATHS.method, method, isOut)
  // Not both at once is one of them not.
  if (address.length === 1) return `(${[of, ...address].join(isOut ? ' || ' : ' && ')})`
  return isOut ? `(${of} || (${address.join(' && ')}))` : `(${of} && (${address.join(' || ')}))`
}

/** Addresses may have a query; `~` with a `%` is about the whole text. */
function addressClause(pattern: string, isOut: boolean): string[] {
  const [is, like] = isOut ? ['!=', '!~'] : ['=', '~']
  if (pattern.includes('%')) return [`data.url ${like} ${quoted(pattern.endsWith('%') ? pattern : `${pattern}%`)}`]
  return [`data.url ${is} ${quoted(pattern)}`, `data.url ${like} ${quoted(`${pattern}?%`)}`]
}

/** The conditions of a filter that must all be met, as they are written. */
export function partsOf(filter: string): string[] {
  const tokens = tokensOf(filter).filter(({ kind }) => kind !== 'comment')
  const parts: string[] = []
  let [depth, from] = [0, tokens[0]?.from ?? 0]
  for (const { kind, text, from: at, to } of tokens) {
    if (kind === 'open') depth += 1
    if (kind === 'close') depth -= 1
    if (kind !== 'join' || depth > 0) continue
    // With an "or" among them they are one condition.
    if (text !== '&&') return [`(${filter.trim()})`]
    parts.push(filter.slice(from, at).trim())
    from = to
  }
  const last = tokens.at(-1)
  if (last) parts.push(filter.slice(from, last.to).trim())
  return parts.filter((part) => part !== '')
}

/** Asks for what a condition says, or no more if it was asked for already. What contradicts it goes. */
export function toggle(filter: string, clause: string, opposite: string): string {
  const parts = partsOf(filter)
  if (parts.includes(clause)) return joined(parts.filter((one) => one !== clause))
  return joined([...parts.filter((one) => one !== opposite), clause])
}

/** The same for a value at a path, of which there is one only: another that was asked for gives way. */
export function toggleValue(filter: string, path: string, value: string | number | boolean, isOut: boolean): string {
  const clause = clauseOf(path, value, isOut)
  const others = isOut ? [] : partsOf(filter).filter((one) => one !== clause && isAbout(one, path, false))
  const rest = joined(partsOf(filter).filter((one) => !others.includes(one)))
  return toggle(rest, clause, clauseOf(path, value, !isOut))
}

/** The values at a path that are asked for or left out. */
export function chosenIn(filter: string, path: string): Chosen[] {
  return partsOf(filter).flatMap((part) => {
    const isOut = isAbout(part, path, true)
    if (!isOut && !isAbout(part, path, false)) return []
    const text = tokensOf(part)[2]?.text ?? ''
    return [{ value: /^["']/.test(text) ? unquoted(text) : text, isOut }]
  })
}

/** Whether a condition is one value at a path, asked for or left out. */
function isAbout(part: string, path: string, isOut: boolean): boolean {
  const [left, operator, right, more] = tokensOf(part)
  if (left?.text !== path || operator?.text !== (isOut ? '!=' : '=') || more) return false
  return right?.kind === 'text' || right?.kind === 'number' || right?.kind === 'name'
}

function joined(parts: string[]): string {
  return parts.join(' && ')
}
