/** Rules in words, as far as they can be had honestly: what is not understood to its end is not told at all. */
import { conditionsOf, type Condition, type Group } from '../../expression/conditions'
import { unquoted } from '../../expression/tokens'
import { isMultiple, type Field } from '../../api/fields'
import type { Collection, Rule } from '../../api/collections'
import { stateOf } from '../collection/rule'

/** Stands where words would say less than the expression, or something else. */
export const NO_WORDS = 'Anyone for whom the expression is true'

export function ruleInWords(rule: Rule, { fields, type }: Pick<Collection, 'fields' | 'type'>): string {
  switch (stateOf(rule)) {
    case 'superusers':
      return 'Only superusers'
    case 'everyone':
      return 'Anyone'
    case 'signed-in':
      return 'Anyone who is signed in'
    case 'custom':
      return whole(conditionsOf(rule ?? ''), { fields, type }) ?? NO_WORDS
  }
}

/** What the rule says of the accounts that sign in: they are nobody yet, and the rule is about their records. */
export function signInInWords(rule: Rule, collection: Pick<Collection, 'fields' | 'type' | 'name'>): string {
  if (rule === null) return `No account of ${collection.name}`
  if (rule.trim() === '') return `Every account of ${collection.name}`
  const group = conditionsOf(rule)
  const told = group && tell(group, collection)
  const isPlain = told && told.who.length === 0 && told.doing.length === 0
  return isPlain ? `Accounts of ${collection.name} whose ${told.records.join(' and ')}` : NO_WORDS
}

type Subject = Pick<Collection, 'fields' | 'type'>

/** What some conditions say, one beside the other. */
interface Told {
  /** The collection whose accounts are meant. */
  of: string | undefined
  /** Of whoever asks: `address is confirmed`, to follow “whose”. */
  who: string[]
  /** Of the record: `status is “open”`, to follow “whose”. */
  records: string[]
  /** Of what is sent: `do not send x`, to follow “who”. */
  doing: string[]
  /** Guests are never meant. */
  signedIn: boolean
  /** What has to be empty so that a guest is meant, who has no id and no values. */
  guestsWhere: string[]
}

function whole(group: Group | undefined, subject: Subject): string | undefined {
  if (!group) return undefined
  if (group.join === 'all' || group.parts.length < 2) return sentence(tell(group, subject))
  const parts = group.parts.map((part) => sentence(tell(part.kind === 'group' ? part : { kind: 'group', join: 'all', parts: [part] }, subject)))
  if (parts.some((part) => part === undefined)) return undefined
  return parts.map((part, at) => (at === 0 ? part : lower(part ?? ''))).join(', or ')
}

function sentence(told: Told | undefined): string | undefined {
  if (!told) return undefined
  const { of, who, records, doing, signedIn, guestsWhere } = told
  const clauses = [
    ...(who.length > 0 ? [`whose ${who.join(' and whose ')}`] : []),
    ...(doing.length > 0 ? [`who ${doing.join(' and ')}`] : []),
  ]
  const named = of === undefined ? (signedIn ? 'Signed-in users' : who.length > 0 ? 'Users' : clauses.length > 0 ? 'Those' : 'Anyone') : `Accounts of ${of}`
  const about = records.length > 0 ? `, for records whose ${records.join(' and ')}` : ''
  const guests = !signedIn && guestsWhere.length > 0 ? `; guests too, where ${guestsWhere.join(' and ')} is empty` : ''
  return `${[named, clauses.join(' and ')].filter((part) => part !== '').join(' ')}${about}${guests}`
}

function tell(group: Group, subject: Subject): Told | undefined {
  if (group.join !== 'all' && group.parts.length > 1) return undefined
  const told: Told = { of: undefined, who: [], records: [], doing: [], signedIn: false, guestsWhere: [] }
  for (const part of group.parts) {
    if (part.kind === 'group' || !add(told, part, subject)) return undefined
  }
  return told
}

const AUTH = '@request.auth.'
const BODY = '@request.body.'

/** Adds what a condition says; whether it is understood. */
function add(told: Told, { path, operator, value }: Condition, subject: Subject): boolean {
  if (value.startsWith(AUTH) && !path.startsWith('@')) return byAccount(told, path, operator, value.slice(AUTH.length), subject)
  if (path.startsWith(AUTH) && isPath(value)) return byAccount(told, value, operator, path.slice(AUTH.length), subject)
  if (path.startsWith(AUTH)) return ofAccount(told, path.slice(AUTH.length), operator, value)
  if (path.startsWith(BODY)) return ofBody(told, path.slice(BODY.length), operator, value)
  const said = ofRecord(path, operator, value, subject)
  if (said !== undefined) told.records.push(said)
  return said !== undefined
}

/** `author = @request.auth.id`, and with the sides changed. */
function byAccount(told: Told, path: string, operator: string, auth: string, { fields, type }: Subject): boolean {
  if (!/^\w+$/.test(auth)) return false
  const [, name = '', step, modifier] = /^(\w+)(\.id)?(:each)?$/.exec(path) ?? []
  const field = fields.find((one) => one.name === name)
  if (!field) return false
  const whose = auth === 'id' ? 'id' : auth
  if (isMultiple(field)) {
    if (operator !== '?=' || (field.type === 'relation' && step === undefined && modifier === undefined)) return false
    told.who.push(`${whose} is among the record’s ${name}`)
    // What an empty list leads to is nothing, which equals the nothing that a guest has.
    told.guestsWhere.push(`the record’s ${name}`)
    return true
  }
  if (operator !== '=' && operator !== '?=') return false
  if (modifier !== undefined || (step !== undefined && field.type !== 'relation')) return false
  if (name === 'id') {
    told.who.push(type === 'auth' && auth === 'id' ? 'record it is' : `${whose} is the record’s id`)
    // No record is without an id.
    told.signedIn = true
    return true
  }
  told.who.push(`${whose} is the record’s ${name}`)
  told.guestsWhere.push(`the record’s ${name}`)
  return true
}

function ofAccount(told: Told, name: string, operator: string, value: string): boolean {
  const literal = literalOf(value)
  if (literal === undefined || !/^[\w.]+$/.test(name)) return false
  const isNothing = literal === '' || literal === null
  if (operator === '!=' && isNothing) {
    told.signedIn = true
    if (name !== 'id') told.who.push(`${name} is not empty`)
    return true
  }
  // What a guest has not is also no other thing, and empty.
  if (operator !== '=' || isNothing) return false
  told.signedIn = true
  if (name === 'collectionName') {
    if (told.of !== undefined) return false
    told.of = String(literal)
  } else told.who.push(name === 'verified' && literal === true ? 'address is confirmed' : `${name} is ${shown(literal)}`)
  return true
}

function ofBody(told: Told, name: string, operator: string, value: string): boolean {
  const [, field, modifier] = /^(\w+)(?::(isset|changed))?$/.exec(name) ?? []
  if (field === undefined || operator !== '=') return false
  if (modifier !== undefined) {
    const verb = modifier === 'isset' ? 'send' : 'change'
    if (value !== 'true' && value !== 'false') return false
    told.doing.push(`${value === 'true' ? '' : 'do not '}${verb} ${field}`)
    return true
  }
  const literal = literalOf(value)
  if (value === `${AUTH}id`) {
    told.doing.push(`send their own id as ${field}`)
    told.guestsWhere.push(`what is sent as ${field}`)
  } else if (literal !== undefined && literal !== '' && literal !== null) told.doing.push(`send ${shown(literal)} as ${field}`)
  else return false
  return true
}

const VERBS: Record<string, string> = {
  '=': 'is', '!=': 'is not', '>': 'is more than', '>=': 'is at least', '<': 'is less than', '<=': 'is at most', '~': 'contains', '!~': 'does not contain',
}
const TIMES: Record<string, string> = { '>': 'is after', '>=': 'is not before', '<': 'is before', '<=': 'is not after' }

function ofRecord(path: string, operator: string, value: string, { fields }: Subject): string | undefined {
  const [, name = '', modifier] = /^(\w+(?:\.\w+)?)(:length)?$/.exec(path) ?? []
  const field = fields.find((one) => one.name === name.split('.')[0])
  if (!field || (isMultiple(field) && modifier === undefined)) return undefined
  // What lies behind a point is a field of a single record there, or of a place.
  if (name.includes('.') && field.type !== 'relation' && field.type !== 'geoPoint') return undefined
  const verb = (isTime(field) ? TIMES[operator] : undefined) ?? VERBS[operator]
  if (verb === undefined) return undefined
  if (value.startsWith('@')) return isTime(field) && MACROS[value] ? `${name} ${verb} ${MACROS[value]}` : undefined
  const literal = literalOf(value)
  if (literal === undefined) return undefined
  const what = modifier === undefined ? name : `number of ${name}`
  if (literal === '' || literal === null) {
    if (operator !== '=' && operator !== '!=') return undefined
    // Numbers and yes or no are never empty, and nothing is told of what never is.
    return field.type === 'number' || field.type === 'bool' ? undefined : `${what} ${verb} empty`
  }
  return `${what} ${verb} ${shown(literal)}`
}

const MACROS: Record<string, string> = {
  '@now': 'now', '@todayStart': 'the beginning of today', '@todayEnd': 'the end of today', '@yesterday': 'this time yesterday', '@tomorrow': 'this time tomorrow',
}

function isTime({ type }: Field): boolean {
  return type === 'date' || type === 'autodate'
}

function isPath(value: string): boolean {
  return /^[A-Za-z_]/.test(value) && !/^(true|false|null)$/i.test(value)
}

/** A value that is written out; nothing where it is none. */
function literalOf(text: string): string | number | boolean | null | undefined {
  if (/^["']/.test(text)) return unquoted(text)
  if (/^-?\d/.test(text)) return Number(text)
  const word = text.toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : word === 'null' ? null : undefined
}

function shown(literal: string | number | boolean | null): string {
  return typeof literal === 'string' ? `“${literal}”` : literal === true ? 'true' : literal === false ? 'false' : String(literal)
}

/** A sentence that goes on. */
function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
