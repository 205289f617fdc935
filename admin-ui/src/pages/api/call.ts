/** What one call of an operation is made of: to begin with an example, then whatever is typed. */
import type { Collection, Rule } from '../../api/collections'
import type { FilePart, Request } from '../../code/curl'
import { readBody } from '../collection/rules/case'
import type { Operation } from './operations'
import { createBody, filesOf, NO_ID, PASSWORD, updateBody, type Ground } from './samples'

export interface Call {
  /** The parameters, by their names; empty ones are not sent. */
  values: Readonly<Record<string, string>>
  /** The body as it is typed. */
  body: string
  files: readonly FilePart[]
}

/** What code is written for. */
export interface Place {
  server: string
  collection: Collection
  /** The collection that somebody signs in with first; none where nobody needs to. */
  signsIn: string | undefined
}

/** An example, with values that were given in the address before others. */
export function firstCall(operation: Operation, ground: Ground, given: Readonly<Record<string, string>> = {}): Call {
  const known: Record<string, string> = { ...firstValues(operation, ground), ...given }
  return {
    values: Object.fromEntries(operation.parameters.map(({ name }) => [name, known[name] ?? ''])),
    body: firstBody(operation, ground),
    files: operation.takesFiles ? filesOf(ground.collection) : [],
  }
}

function firstValues({ name }: Operation, { collection, row }: Ground): Record<string, string> {
  switch (name) {
    case 'list':
      return { page: '1', perPage: '30' }
    case 'import':
      return { format: 'json', dryRun: 'true' }
    case 'export':
      return { format: 'jsonl' }
    case 'realtime':
      return { topic: '*' }
    case 'file': {
      const held = collection.fields.flatMap((field) => (field.type === 'file' ? [row?.[field.name]].flat() : []))
      const found = held.find((one) => typeof one === 'string' && one !== '')
      return { id: row?.id ?? NO_ID, file: typeof found === 'string' ? found : 'FILE_NAME' }
    }
    default:
      return { id: row?.id ?? NO_ID }
  }
}

function firstBody(operation: Operation, ground: Ground): string {
  if (operation.body === 'lines') return `${JSON.stringify(rowOf(ground))}\n`
  const body = exampleBody(operation, ground)
  return operation.body === 'json' ? JSON.stringify(body, null, 2) : ''
}

/** A row of an import. Files are none, and a password needs no repetition. */
function rowOf(ground: Ground): Record<string, unknown> {
  const row = createBody(ground)
  delete row.passwordConfirm
  return row
}

function exampleBody({ name }: Operation, ground: Ground): Record<string, unknown> {
  const { collection, row } = ground
  const email = typeof row?.email === 'string' && row.email !== '' ? row.email : 'you@example.com'
  const records = `/api/collections/${encodeURIComponent(collection.name)}/records`
  switch (name) {
    case 'create':
      return createBody(ground)
    case 'update':
      return updateBody(ground)
    case 'auth-with-password': {
      const identity = row?.[collection.passwordAuth?.identityFields[0] ?? 'email']
      return { identity: typeof identity === 'string' && identity !== '' ? identity : email, password: 'YOUR_PASSWORD' }
    }
    case 'auth-with-oauth2': {
      const provider = collection.oauth2?.providers[0]?.name ?? 'google'
      return { provider, code: 'CODE', codeVerifier: 'CODE_VERIFIER', redirectURL: 'https://app.example.com/signed-in' }
    }
    case 'request-otp':
    case 'request-verification':
    case 'request-password-reset':
      return { email }
    case 'auth-with-otp':
      return { otpId: 'OTP_ID', password: 'CODE' }
    case 'confirm-verification':
      return { token: 'TOKEN' }
    case 'confirm-password-reset':
      return { token: 'TOKEN', password: PASSWORD, passwordConfirm: PASSWORD }
    case 'request-email-change':
      return { newEmail: 'new.address@example.com' }
    case 'confirm-email-change':
      return { token: 'TOKEN', password: 'YOUR_PASSWORD' }
    case 'impersonate':
      return { duration: 3600 }
    case 'batch': {
      const made = { method: 'POST', url: records, body: createBody(ground) }
      const changed = { method: 'PATCH', url: `${records}/${row?.id}`, body: updateBody(ground) }
      return { requests: row ? [made, changed] : [made] }
    }
    default:
      return {}
  }
}

/** What was typed as a body: an object, lines of text, nothing, or what is wrong with it. */
export function bodyOf(operation: Operation, text: string): { body: Record<string, unknown> | string | undefined } | { fault: string } {
  if (operation.body === 'none') return { body: undefined }
  return operation.body === 'lines' ? { body: text } : readBody(text)
}

/** Why a call cannot be sent yet; nothing where it can. */
export function faultOf(operation: Operation, call: Call): string | undefined {
  const read = bodyOf(operation, call.body)
  if ('fault' in read) return read.fault
  const missing = operation.parameters.find(({ name, in: where }) => where === 'path' && !call.values[name]?.trim())
  return missing && `${missing.name} is missing.`
}

/** The call as a request; a body that cannot be read is left out. */
export function requestOf(operation: Operation, call: Call, server: string, signedIn: boolean): Request {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(call.values[name] ?? ''))
  const query = operation.parameters
    .filter(({ name, in: where }) => where === 'query' && (call.values[name] ?? '') !== '')
    .map(({ name }) => [name, call.values[name] ?? ''] as const)
  const read = bodyOf(operation, call.body)
  const body = 'fault' in read ? undefined : read.body
  const type = operation.body === 'lines' ? (call.values.format === 'csv' ? 'text/csv' : 'application/x-ndjson') : 'application/json'
  return {
    method: operation.method, url: `${server}${path}`, query, signedIn, contentType: type, files: call.files,
    ...(body !== undefined && { body }),
  }
}

/** Whose sign-in an operation needs, by the name of their collection. */
export function signsIn(
  { access, name }: Operation,
  collection: Collection,
  all: readonly Collection[],
  topic = '*',
): string | undefined {
  const users = all.find(({ type, system }) => type === 'auth' && !system)?.name ?? '_superusers'
  // The SDKs make the address of a file from its record, which has to be read.
  if (name === 'file') return signsInBy(collection.viewRule, users)
  if (name === 'batch') {
    const needed = [collection.createRule, collection.updateRule].map((rule) => signsInBy(rule, users))
    return needed.find((one) => one === '_superusers') ?? needed.find((one) => one !== undefined)
  }
  if (name === 'realtime') return signsInBy(collection[ruleOfTopic(topic)], users)
  if (!('rule' in access)) {
    if (access.open) return undefined
    return access.superusers ? '_superusers' : collection.type === 'auth' && name !== 'file-token' ? collection.name : users
  }
  // Whoever signs in is nobody before.
  if (access.rule === 'authRule') return undefined
  return signsInBy(collection[access.rule], users)
}

/** One record is watched by whoever may view it. */
export function ruleOfTopic(topic: string): 'listRule' | 'viewRule' {
  return topic.trim() === '*' || topic.trim() === '' ? 'listRule' : 'viewRule'
}

function signsInBy(rule: Rule | undefined, users: string): string | undefined {
  if (rule === null || rule === undefined) return '_superusers'
  return rule === '' ? undefined : users
}
