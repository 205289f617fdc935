/** What could be written into the filter of the log: its fields, operators that fit, and values that there are. */
import type { Collection } from '../../api/collections'
import type { Field } from '../../api/fields'
import type { FacetName, FacetValue } from '../../api/logs'
import { complete, fitting } from '../../expression/complete'
import { quoted } from '../../expression/tokens'
import type { Suggestion, Suggestions } from '../../parts/code/types'
import { levelName } from './entry'

const common = (name: string) => ({ id: name, name, system: true, hidden: false, presentable: false })

function text(name: string): Field {
  return { ...common(name), type: 'text', min: 0, max: 0, pattern: '', autogeneratePattern: '', primaryKey: false }
}

function number(name: string): Field {
  return { ...common(name), type: 'number', min: null, max: null, onlyInt: false }
}

function table(name: string, fields: Field[]): Collection {
  const rules = { listRule: null, viewRule: null, createRule: null, updateRule: null, deleteRule: null }
  return { id: name, name, type: 'base', system: true, fields, indexes: [], created: '', updated: '', ...rules }
}

// The data of an entry lies behind a dot, as the record of a relation does.
const DATA = table('data', [
  number('status'),
  text('method'),
  text('url'),
  number('execTime'),
  text('auth'),
  text('authId'),
  text('userIP'),
  text('remoteIP'),
  text('userAgent'),
  text('referer'),
  text('requestId'),
  text('error'),
  text('type'),
])
const LOGS = table('logs', [
  number('level'),
  text('message'),
  { ...common('data'), type: 'relation', collectionId: 'data', minSelect: 0, maxSelect: 1, cascadeDelete: false },
  { ...common('created'), type: 'autodate', onCreate: true, onUpdate: false },
  text('id'),
])

/** The facets that have the values of a field. */
const FACET_OF: Record<string, FacetName> = { level: 'level', status: 'status', method: 'method', auth: 'auth', userIP: 'ip' }

type Facets = Record<FacetName, FacetValue[]>

export function suggest(typed: string, at: number, asked: boolean, facets: Facets | undefined): Suggestions | undefined {
  const found = complete({ text: typed, at, asked, now: new Date(), collections: [LOGS, DATA], collection: LOGS, purpose: 'filter' })
  if (!found) return undefined
  const { from, to, wanted } = found
  // The functions are for records.
  const options = found.options.filter(({ label }) => !label.endsWith('(')).map(plainly)
  const values = wanted ? valuesOf(wanted.field, facets, /^[\s"']*$/.test(wanted.typed)) : []
  const word = typed.slice(from, at)
  const all = [...(word === '' ? values : fitting(values, word)), ...options]
  return all.length === 0 ? undefined : { from, to, options: all }
}

function plainly(option: Suggestion): Suggestion {
  return option.label === 'data' ? { ...option, label: 'data.', hint: 'what was noted of a request', goesOn: true } : option
}

function valuesOf(field: Field, facets: Facets | undefined, isAll: boolean): Suggestion[] {
  const name = FACET_OF[field.name]
  const known = name ? (facets?.[name] ?? []) : []
  const listed = field.name === 'level' && isAll ? [-4, 0, 4, 8].map((value) => ({ value, count: 0 })) : known
  return listed.map(({ value }) => ({
    label: typeof value === 'number' || field.type === 'number' ? String(value) : quoted(value),
    ...(field.name === 'level' && { hint: levelName(Number(value)) }),
  }))
}
