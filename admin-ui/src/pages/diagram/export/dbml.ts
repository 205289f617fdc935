/** Collections as DBML, the text that tools for database diagrams read (https://dbml.dbdiagram.io/docs): tables as they
 * lie in the database, choices as enums, relations as references, rules as notes. */
import type { Collection } from '../../../api/collections'
import { isMultiple, type Field, type SelectField } from '../../../api/fields'
import { TYPES } from '../../../fields/types'
import { readIndex, uniqueFields } from '../../../lib/indexes'
import { ruleWords } from '../../collection/rule'
import { ruledOf } from '../../collection/rules/operations'
import { marksOf, type Graph } from '../graph'

export function dbml({ collections, edges }: Graph, project: string): string {
  const named = new Map(collections.map((one) => [one.id, one]))
  const parts = [
    `Project ${quoted(project)} {\n  database_type: 'SQLite'\n}`,
    ...collections.flatMap((one) => one.fields.filter(isEnum).map((field) => enumOf(one, field))),
    ...collections.map(table),
    ...edges.flatMap(({ from, to, field, many, cascade }) => {
      const [source, target] = [named.get(from), named.get(to)]
      if (!source || !target || !field) return []
      const isOnce = uniqueFields(forAll(source)).includes(field.name)
      const kind = many ? '<>' : isOnce ? '-' : '>'
      const settings = cascade ? ' [delete: cascade]' : ''
      return [`Ref: ${quoted(source.name)}.${quoted(field.name)} ${kind} ${quoted(target.name)}."id"${settings}`]
    }),
  ]
  return `${parts.join('\n\n')}\n`
}

function table(collection: Collection): string {
  const columns = collection.fields.map((field) => `  ${quoted(field.name)} ${typeOf(collection, field)}${settings(columnSettings(collection, field))}`)
  const indexes = collection.indexes.flatMap((text) => index(text, collection))
  const lines = [
    `Table ${quoted(collection.name)} {`,
    ...columns,
    ...(indexes.length > 0 ? ['', '  indexes {', ...indexes.map((one) => `    ${one}`), '  }'] : []),
    '',
    `  Note: ${text(noteOf(collection))}`,
    '}',
  ]
  return lines.join('\n')
}

function noteOf({ type, system, viewQuery, ...collection }: Collection): string {
  const kinds = { base: 'Base collection', auth: 'Auth collection', view: 'View' }
  const rules = ruledOf(type).map(({ rule, label }) => `${label}: ${ruleWords(collection[rule] ?? null).replaceAll(/\s*\n\s*/g, ' ')}`)
  return [`${kinds[type]}${system ? ' of the system' : ''}`, ...rules, ...(type === 'view' ? [`Query: ${(viewQuery ?? '').trim()}`] : [])].join('\n')
}

/** As the database keeps it; a choice of one is an enum. */
function typeOf(collection: Collection, field: Field): string {
  if (isEnum(field)) return quoted(enumName(collection, field))
  if (isMultiple(field) || field.type === 'json' || field.type === 'geoPoint') return 'JSON'
  return field.type === 'number' ? 'NUMERIC' : field.type === 'bool' ? 'BOOLEAN' : 'TEXT'
}

function columnSettings(collection: Collection, field: Field): string[] {
  const marks = marksOf(field, forAll(collection))
  const isKey = field.type === 'text' && field.primaryKey
  const choices = field.type === 'select' && isMultiple(field) ? [`several of ${field.values.join(', ')}`] : []
  const told = [TYPES[field.type].label, ...choices, ...marks.filter((mark) => mark === 'hidden' || mark === 'system'), ...(field.help ? [field.help] : [])]
  return [
    ...(isKey ? ['pk'] : []),
    ...(marks.includes('unique') && !isKey ? ['unique'] : []),
    ...(marks.includes('required') || isKey ? ['not null'] : []),
    `note: ${text(told.join('; '))}`,
  ]
}

/** The indexes of all records, or of all that have a value: any other condition makes no column unique. */
function forAll({ indexes }: Collection): string[] {
  return indexes.filter((one) => {
    const where = readIndex(one)?.where ?? ''
    return where === '' || /^[\w`"[\]]+\s*(?:!=|<>|IS NOT)\s*(?:''|""|NULL)$/i.test(where)
  })
}

/** Those on one field that is unique are a setting of the column. */
function index(source: string, { fields }: Collection): string[] {
  const parts = readIndex(source)
  if (!parts) return []
  const names = new Map(fields.map(({ name }) => [name.toLowerCase(), name]))
  const columns = parts.columns.map((column) => {
    const name = names.get(column.toLowerCase())
    // An expression stands between backticks, which SQLite takes as quotes, too.
    return name === undefined ? `\`${column.replaceAll('`', '"')}\`` : quoted(name)
  })
  const note = parts.where === '' ? [] : [`note: ${text(`only where ${parts.where}`)}`]
  return [`(${columns.join(', ')})${settings([...(parts.unique && parts.where === '' ? ['unique'] : []), `name: ${text(parts.name)}`, ...note])}`]
}

function isEnum(field: Field): field is SelectField {
  return field.type === 'select' && !isMultiple(field) && field.values.length > 0
}

function enumOf(collection: Collection, field: SelectField): string {
  return [`Enum ${quoted(enumName(collection, field))} {`, ...field.values.map((value) => `  ${quoted(value)}`), '}'].join('\n')
}

/** Names of collections and fields have no hyphen: no two of these are the same. */
function enumName({ name }: Collection, field: Field): string {
  return `${name}-${field.name}`
}

function settings(some: readonly string[]): string {
  return some.length > 0 ? ` [${some.join(', ')}]` : ''
}

function quoted(name: string): string {
  return `"${escaped(name).replaceAll('"', '\\"').replaceAll('\n', ' ')}"`
}

function text(value: string): string {
  const safe = escaped(value.replaceAll('\r', '')).replaceAll("'", "\\'")
  return safe.includes('\n') ? `'''\n${safe.split('\n').map((line) => `    ${line}`).join('\n')}\n  '''` : `'${safe}'`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\')
}
