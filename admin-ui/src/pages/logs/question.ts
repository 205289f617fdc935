/** What is asked of the log: what is typed, a least level, and whose requests. Pure. */
import { isExpression } from '../../lib/expression'
import { quoted } from '../../expression/tokens'

export const LEVELS = [
  ['', 'All'],
  ['4', 'Warnings'],
  ['8', 'Errors'],
] as const
/** The least level, as the address has it; empty for all. */
export type Level = (typeof LEVELS)[number][0]

export interface Asking {
  /** As it is typed: an expression, or words. */
  typed: string
  level: Level
  /** Whether requests of superusers are wanted too. */
  superusers: boolean
}

export function askingOf(query: URLSearchParams): Asking {
  const level = LEVELS.find(([name]) => name === query.get('level'))
  return { typed: query.get('filter') ?? '', level: level?.[0] ?? '', superusers: query.get('superusers') === '1' }
}

/** The filter for what is asked; what is typed comes first. */
export function conditionOf({ typed, level, superusers }: Asking): string {
  const own = expressionOf(typed)
  const parts = [
    // A comment in it ends with its line.
    ...(own === '' ? [] : [`(${own}\n)`]),
    ...(level === '' ? [] : [`level >= ${level}`]),
    ...(superusers ? [] : ['data.auth != "_superusers"']),
  ]
  return parts.join(' && ')
}

/** What is typed as an expression: words are looked for in the message and the error; the id of a request is one of them. */
export function expressionOf(typed: string): string {
  if (typed.trim() === '' || isExpression(typed)) return typed.trim()
  const words = typed.trim().split(/\s+/)
  return words
    .map(quoted)
    .map((word) => `(message ~ ${word} || data.error ~ ${word} || data.requestId = ${word})`)
    .join(' && ')
}

/** A query with some values changed; empty ones are left out. */
export function changed(query: URLSearchParams, values: Record<string, string>): URLSearchParams {
  const next = new URLSearchParams(query)
  for (const [name, value] of Object.entries(values)) {
    if (value === '') next.delete(name)
    else next.set(name, value)
  }
  return next
}

/** The part of a filter that the server's refusal is about: it names a place, a word, or the end. */
export function faultOf(message: string, filter: string): { message: string; from: number; to: number } {
  const at = /at position (\d+)/.exec(message)?.[1]
  if (at !== undefined) {
    const from = Math.min(Number(at), filter.length)
    const word = /^\S+/.exec(filter.slice(from))?.[0] ?? ''
    return { message, from, to: from + word.length }
  }
  const named = /"([^"]+)"/.exec(message)?.[1]
  const from = named === undefined ? -1 : filter.indexOf(named)
  if (named !== undefined && from >= 0) return { message, from, to: from + named.length }
  return { message, from: filter.length, to: filter.length }
}
