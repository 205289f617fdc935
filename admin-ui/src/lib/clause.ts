/** A condition on one field, as a part of a filter. */
import { isMultiple, type Field } from '../api/fields'

export interface Operator {
  label: string
  /** What is typed beside it; nothing where it needs no value. */
  takes?: 'text' | 'number' | 'date' | 'option'
  /** The condition; the value is a literal already. */
  clause: (name: string, literal: string) => string
}

const EMPTY: Operator = { label: 'is empty', clause: (name) => `${name} = ""` }
const FILLED: Operator = { label: 'is not empty', clause: (name) => `${name} != ""` }
const NONE: Operator = { label: 'is empty', clause: (name) => `${name}:length = 0` }
const SOME: Operator = { label: 'is not empty', clause: (name) => `${name}:length > 0` }

function compared(label: string, operator: string, takes: Operator['takes'] = 'text'): Operator {
  return { label, clause: (name, literal) => `${name} ${operator} ${literal}`, ...(takes && { takes }) }
}

/** How a field can be asked for; the first one is what is meant most often. */
export function operatorsOf(field: Field): Operator[] {
  switch (field.type) {
    case 'number':
      return [compared('is', '=', 'number'), compared('is at least', '>=', 'number'), compared('is at most', '<=', 'number')]
    case 'bool':
      return [
        { label: 'is yes', clause: (name) => `${name} = true` },
        { label: 'is no', clause: (name) => `${name} = false` },
      ]
    case 'date':
    case 'autodate':
      return [compared('is since', '>=', 'date'), compared('is before', '<', 'date'), EMPTY, FILLED]
    case 'select':
      return isMultiple(field)
        ? [{ label: 'has', takes: 'option', clause: (name, literal) => `${name}:each ?= ${literal}` }, NONE, SOME]
        : [compared('is', '=', 'option'), compared('is not', '!=', 'option'), EMPTY, FILLED]
    case 'relation':
      return isMultiple(field)
        ? [{ label: 'has the id', takes: 'text', clause: (name, literal) => `${name}:each ?= ${literal}` }, NONE, SOME]
        : [compared('has the id', '='), EMPTY, FILLED]
    case 'file':
      return isMultiple(field) ? [SOME, NONE, compared('contains', '~')] : [FILLED, EMPTY, compared('contains', '~')]
    case 'json':
      return [compared('contains', '~'), { label: 'is null', clause: (name) => `${name} = null` }, { label: 'is not null', clause: (name) => `${name} != null` }]
    case 'geoPoint':
      return [
        { label: 'is a place', clause: (name) => `(${name}.lon != 0 || ${name}.lat != 0)` },
        { label: 'is no place', clause: (name) => `${name}.lon = 0 && ${name}.lat = 0` },
      ]
    case 'password':
      return []
    default:
      return [compared('contains', '~'), compared('is', '='), compared('is not', '!='), EMPTY, FILLED]
  }
}

/** The condition with what was typed; nothing where that means nothing. Times are those of the wire. */
export function clauseOf(name: string, operator: Operator, typed: string): string | undefined {
  if (!operator.takes) return operator.clause(name, '')
  if (typed.trim() === '') return undefined
  if (operator.takes === 'number') {
    const number = Number(typed)
    return Number.isFinite(number) ? operator.clause(name, String(number)) : undefined
  }
  if (operator.takes !== 'date') return operator.clause(name, JSON.stringify(typed))
  const time = new Date(typed)
  return Number.isNaN(time.getTime()) ? undefined : operator.clause(name, JSON.stringify(time.toISOString().replace('T', ' ')))
}

/** A filter that asks for something more. A comment ends with its line. */
export function withClause(filter: string, clause: string): string {
  const own = filter.trim()
  if (own === '') return clause
  if (own.includes('//')) return `(${own}\n) && ${clause}`
  return own.includes('||') ? `(${own}) && ${clause}` : `${own} && ${clause}`
}
