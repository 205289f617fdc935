/** What could be written at a place of a filter or a rule. Pure: values of records are asked for by who calls. */
import type { Collection } from '../api/collections'
import { isMultiple, type Field } from '../api/fields'
import type { Suggestion, Suggestions } from '../parts/code/types'
import { MACROS } from './macros'
import { backwards, begin, comparableOf, follow, type Comparable, type Ground, type Reached, type Stop } from './paths'
import { isClosed, quoted, tokensOf, unquoted, type Token } from './tokens'

/** Values that only the server knows: of a field, where a part of one may be typed already. */
export interface Wanted {
  collection: Collection
  field: Field
  typed: string
}

export interface Completion extends Suggestions {
  wanted?: Wanted
}

export interface Question extends Ground {
  text: string
  at: number
  /** Whether somebody asked for the list, or only types. */
  asked: boolean
  now: Date
}

/** How many are offered at most. */
const MOST = 100

export function complete(question: Question): Completion | undefined {
  const { text, at, asked } = question
  const tokens = tokensOf(text).filter(({ kind, from, to, text: part }) => from < at && !(kind === 'text' && to < at && !isClosed(part)))
  const last = tokens.at(-1)
  if (last?.kind === 'comment' && last.to >= at) return undefined
  // Where a token is being typed, it is what is replaced.
  const isIn = last !== undefined && last.to >= at
  const typed = isIn && (last.kind === 'name' || last.kind === 'wrong' || (last.kind === 'text' && (last.to > at || !isClosed(last.text)))) ? last : undefined
  if (isIn && !typed && last.kind !== 'operator' && last.kind !== 'open' && !asked) return undefined
  const before = typed ? tokens.slice(0, -1) : tokens
  const state = stateOf(before)
  const from = typed?.from ?? at
  const word = typed ? text.slice(from, at) : ''
  const to = typed ? Math.max(typed.to, at) : at
  // Behind something there is a blank before the next.
  const isClose = !typed && isIn
  const made = ((): { options: Suggestion[]; wanted?: Wanted } | undefined => {
    switch (state.expects) {
      case 'operand':
        if (!asked && word === '' && before.length === 0) return undefined
        return { options: operands(word, question, 'left') }
      case 'operator':
        return !state.left || (typed?.kind === 'name') ? undefined : { options: operators(state.left, question) }
      case 'value':
        return values(word, state.left, question)
      case 'join':
        return typed?.kind === 'wrong' || word === '' ? { options: joins(state.depth) } : undefined
    }
  })()
  if (!made) return undefined
  const options = fitting(made.options, word).slice(0, MOST)
  // What is there already needs no list.
  if (!made.wanted && !asked && options.every((one) => (one.text ?? one.label).trim() === word)) return undefined
  if (options.length === 0 && !made.wanted) return undefined
  const spaced = isClose && last?.kind !== 'open' ? options.map((one) => ({ ...one, text: ` ${one.text ?? one.label}` })) : options
  return { from, to, options: spaced, ...(made.wanted ? { wanted: made.wanted } : {}) }
}

/** Those that begin with what is typed, then those that have it in them. */
export function fitting(options: readonly Suggestion[], word: string): Suggestion[] {
  const sought = (/^["']/.test(word) ? unquoted(word) : word).toLowerCase()
  const lower = ({ label }: Suggestion) => label.toLowerCase()
  const bare = (one: Suggestion) => (/^["']/.test(lower(one)) ? unquoted(lower(one)) : lower(one))
  return [
    ...options.filter((one) => bare(one).startsWith(sought)),
    ...options.filter((one) => !bare(one).startsWith(sought) && bare(one).includes(sought)),
  ]
}

interface State {
  expects: 'operand' | 'operator' | 'value' | 'join'
  /** The path on the left of the comparison, where it is one. */
  left?: string | undefined
  depth: number
}

/** What has to come after some tokens. */
function stateOf(tokens: readonly Token[]): State {
  let state: State = { expects: 'operand', depth: 0 }
  // A function's bracket follows its name at once, and all until its end is its operand.
  let inFunction = 0
  tokens.forEach((token, at) => {
    if (token.kind === 'comment') return
    if (inFunction > 0) {
      if (token.kind === 'open') inFunction++
      if (token.kind === 'close') inFunction--
      return
    }
    const before = tokens[at - 1]
    switch (token.kind) {
      case 'name':
      case 'number':
      case 'text':
        if (state.expects === 'value') state = { expects: 'join', depth: state.depth }
        else state = { expects: 'operator', left: token.kind === 'name' ? token.text : undefined, depth: state.depth }
        break
      case 'operator':
        state = { ...state, expects: 'value' }
        break
      case 'join':
        state = { expects: 'operand', depth: state.depth }
        break
      case 'open':
        if (before?.kind === 'name' && before.to === token.from) inFunction = 1
        else state = { expects: 'operand', depth: state.depth + 1 }
        break
      case 'close':
        state = { expects: 'join', depth: Math.max(0, state.depth - 1) }
        break
      case 'comma':
      case 'wrong':
        break
    }
  })
  return inFunction > 0 ? { expects: 'operand', depth: state.depth } : state
}

function joins(depth: number): Suggestion[] {
  return [
    { label: '&&', text: '&& ', hint: 'and', goesOn: true },
    { label: '||', text: '|| ', hint: 'or', goesOn: true },
    ...(depth > 0 ? [{ label: ')', hint: 'end of the group' }] : []),
  ]
}

/** Fields, paths and what else may stand on one side of a comparison. */
function operands(word: string, question: Question, side: 'left' | 'right'): Suggestion[] {
  const colon = word.lastIndexOf(':')
  if (colon > word.lastIndexOf('.')) return modifiers(word.slice(0, colon), question)
  const dot = word.lastIndexOf('.')
  const stop = dot < 0 ? begin(question) : reach(word.slice(0, dot), question)
  const steps = stop ? after(stop, question, dot < 0) : []
  const head = word.slice(0, dot + 1)
  const found = steps.map((one) => ({ ...one, label: head + one.label, ...(one.text === undefined ? {} : { text: head + one.text }) }))
  if (dot >= 0) return found
  return [...found, ...outside(question, side)]
}

function reach(path: string, question: Question): Stop | undefined {
  return follow(path, question)?.stop
}

/** What is not of the record. */
function outside({ purpose, now }: Question, side: 'left' | 'right'): Suggestion[] {
  const request: Suggestion[] = purpose === 'rule'
    ? [
        { label: '@request.auth.', hint: 'who asks', goesOn: true },
        { label: '@request.body.', hint: 'what is sent', goesOn: true },
        { label: '@request.query.', hint: 'a parameter of the address' },
        { label: '@request.headers.', hint: 'a header, as x_name' },
        { label: '@request.method', hint: 'GET, POST …' },
        { label: '@request.context', hint: 'default, realtime, oauth2 …' },
        { label: '@collection.', hint: 'records of any collection', goesOn: true },
      ]
    : []
  const functions: Suggestion[] = side === 'left'
    ? [
        { label: 'geoDistance(', hint: 'kilometres between two places' },
        { label: 'strftime(', hint: 'a part of a time' },
      ]
    : []
  return [...request, ...MACROS.map(({ name, at, meaning }) => ({ label: name, hint: `${meaning}: ${shortly(at(now))}` })), ...functions]
}

/** A time without its parts of a second. */
function shortly(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z')
}

/** The steps that go on from a place. */
function after(stop: Stop, ground: Ground, isFirst: boolean): Suggestion[] {
  switch (stop.kind) {
    case 'records': {
      const { collections } = stop
      const fields = collections.flatMap((collection) => collection.fields.filter(mayBeAsked).map((field) => fieldStep(field, ground)))
      const extra: Suggestion[] = !isFirst && collections.some(({ type }) => type === 'auth')
        ? [{ label: 'collectionName', hint: 'name of the collection' }, { label: 'collectionId', hint: 'id of the collection' }]
        : []
      const back = stop.isBody ? [] : collections.flatMap((collection) => backwards(collection, ground).map(([name, source]) => ({ label: `${name}.`, hint: `${source.name} that point here`, goesOn: true })))
      return unique([...fields, ...extra, ...back])
    }
    case 'field': {
      const { field } = stop
      if (field.type === 'geoPoint') return [{ label: 'lon', hint: 'longitude' }, { label: 'lat', hint: 'latitude' }]
      if (field.type !== 'relation') return []
      const target = ground.collections.find(({ id }) => id === field.collectionId)
      return target ? after({ kind: 'records', collections: [target], isMany: true }, ground, false) : []
    }
    case 'request':
      return [
        { label: 'auth.', hint: 'who asks', goesOn: true },
        { label: 'body.', hint: 'what is sent', goesOn: true },
        { label: 'query.', hint: 'a parameter of the address' },
        { label: 'headers.', hint: 'a header, as x_name' },
        { label: 'method', hint: 'GET, POST …' },
        { label: 'context', hint: 'default, realtime, oauth2 …' },
      ]
    case 'collections':
      return ground.collections.map(({ name, type }) => ({ label: `${name}.`, hint: type, goesOn: true }))
    default:
      return []
  }
}

function mayBeAsked({ type, name }: Field): boolean {
  return type !== 'password' && name !== 'tokenKey'
}

function fieldStep(field: Field, { collections }: Ground): Suggestion {
  if (field.type !== 'relation') return { label: field.name, hint: isMultiple(field) ? `${field.type}, several` : field.type }
  const target = collections.find(({ id }) => id === field.collectionId)
  return { label: field.name, hint: `${isMultiple(field) ? 'several ' : ''}→ ${target?.name ?? 'nowhere'}` }
}

function unique(options: Suggestion[]): Suggestion[] {
  return options.filter(({ label }, at) => options.findIndex((one) => one.label === label) === at)
}

function modifiers(path: string, question: Question): Suggestion[] {
  const reached = follow(path, question)
  if (!reached) return []
  const { stop } = reached
  const isRequest = path.startsWith('@request.')
  const isList = stop.kind === 'field' && ['select', 'file', 'relation'].includes(stop.field.type)
  const isWordy = comparableOf(reached) === 'text' || comparableOf(reached) === 'choice'
  const found: [string, string, boolean][] = [
    ['lower', 'in small letters', isWordy],
    ['length', 'how many', isList],
    ['each', 'every one of them', stop.kind === 'field' && isMultiple(stop.field)],
    ['isset', 'whether it is sent', isRequest && !path.startsWith('@request.auth.')],
    ['changed', 'whether it is sent, and another one', stop.kind === 'field' && stop.isBody === true],
  ]
  return found.filter(([, , fits]) => fits).map(([name, hint]) => ({ label: `${path}:${name}`, hint }))
}

export interface OperatorLook {
  sign: string
  meaning: string
}

const ONE: Record<Comparable, OperatorLook[]> = (() => {
  const is = { sign: '=', meaning: 'is' }
  const isNot = { sign: '!=', meaning: 'is not' }
  const has = { sign: '~', meaning: 'contains' }
  const hasNot = { sign: '!~', meaning: 'does not contain' }
  const order = (less: string, more: string) => [
    { sign: '>', meaning: more },
    { sign: '>=', meaning: `${more}, or the same` },
    { sign: '<', meaning: less },
    { sign: '<=', meaning: `${less}, or the same` },
  ]
  return {
    text: [has, is, isNot, hasNot, ...order('before, in the alphabet', 'after, in the alphabet')],
    number: [is, isNot, ...order('less than', 'more than')],
    bool: [is, isNot],
    time: [...order('before', 'after'), is, isNot],
    choice: [is, isNot, has, hasNot],
    relation: [is, isNot, has, hasNot],
    other: [has, is, isNot, hasNot],
  }
})()

/** The operators that fit what is compared; of many values, those that ask for some one of them come first. */
export function operatorsOf(kind: Comparable, isMany: boolean): OperatorLook[] {
  const one = ONE[kind]
  if (!isMany) return one
  return [
    ...one.map(({ sign, meaning }) => ({ sign: `?${sign}`, meaning: `some one ${meaning}` })),
    ...one.map(({ sign, meaning }) => ({ sign, meaning: `every one ${meaning}` })),
  ]
}

export function isMany({ stop, modifier }: Reached): boolean {
  return (stop.kind === 'field' || stop.kind === 'records') && stop.isMany && modifier !== 'length'
}

function operators(left: string, question: Question): Suggestion[] {
  const reached = follow(left, question) ?? macro(left)
  if (!reached) return []
  return operatorsOf(comparableOf(reached), isMany(reached)).map(({ sign, meaning }) => ({ label: sign, text: `${sign} `, hint: meaning, goesOn: true }))
}

function macro(name: string): Reached | undefined {
  return MACROS.some((one) => one.name === name) ? { stop: { kind: 'text' }, modifier: undefined } : undefined
}

/** What a field may be compared with. */
function values(word: string, left: string | undefined, question: Question): { options: Suggestion[]; wanted?: Wanted } {
  const reached = left === undefined ? undefined : follow(left, question)
  const isQuoted = /^["']/.test(word)
  const kind = reached && comparableOf(reached)
  const field = reached?.stop.kind === 'field' ? reached.stop : undefined
  const own: Suggestion[] = kind === undefined ? [] : literals(kind, field, question)
  const paths = isQuoted || kind === 'bool' ? [] : word === '' ? likely(kind, left, question) : operands(word, question, 'right')
  const asksServer = field && reached?.modifier !== 'length' && ['text', 'number', 'relation'].includes(kind ?? '') && !/^@/.test(word)
  const options = unique([...own, ...paths])
  if (!asksServer) return { options }
  return { options, wanted: { collection: field.collection, field: field.field, typed: isQuoted ? unquoted(word) : word } }
}

function literals(kind: Comparable, stop: (Stop & { kind: 'field' }) | undefined, { now }: Question): Suggestion[] {
  const nothing = { label: "''", hint: 'nothing' }
  switch (kind) {
    case 'bool':
      return [{ label: 'true' }, { label: 'false' }]
    case 'choice':
      return [...(stop?.field.type === 'select' ? stop.field.values : []).map((one) => ({ label: quoted(one) })), nothing]
    case 'time':
      return [
        ...MACROS.filter((one) => !one.isNumber).map(({ name, meaning, at }) => ({ label: name, hint: `${meaning}: ${shortly(at(now))}` })),
        { label: quoted(now.toISOString().slice(0, 10)), hint: 'a day' },
        nothing,
      ]
    case 'number':
      return []
    default:
      return [nothing]
  }
}

/** Paths that are often on the right. */
function likely(kind: Comparable | undefined, left: string | undefined, { purpose }: Question): Suggestion[] {
  if (purpose !== 'rule') return []
  if (kind === 'relation' || left === 'id' || left?.endsWith('.id')) return [{ label: '@request.auth.id', hint: 'who asks' }]
  return kind === 'text' ? [{ label: '@request.auth.', hint: 'who asks', goesOn: true }] : []
}

