/** What can be asked of a collection over the API, and how: one entry for each operation. */
import type { Collection } from '../../api/collections'
import type { RuleName } from '../collection/plan/plan'
import * as given from './parameters'
import type { Parameter } from './parameters'

export const GROUPS = ['Records', 'Signing in', 'Accounts', 'Files', 'Many at once'] as const
export type Group = (typeof GROUPS)[number]

export type OperationName =
  | 'list' | 'view' | 'create' | 'update' | 'delete' | 'realtime'
  | 'auth-methods' | 'auth-with-password' | 'auth-with-oauth2' | 'request-otp' | 'auth-with-otp' | 'auth-refresh'
  | 'request-password-reset' | 'confirm-password-reset' | 'request-verification' | 'confirm-verification'
  | 'request-email-change' | 'confirm-email-change' | 'impersonate'
  | 'file' | 'file-token' | 'batch' | 'import' | 'export'

/** Who may: a rule of the collection says it, or it is always the same. */
export type Access = { rule: RuleName } | { words: string; open?: true; superusers?: true }

export interface Operation {
  name: OperationName
  label: string
  group: Group
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` where a parameter goes. */
  path: string
  about: string
  access: Access
  parameters: readonly Parameter[]
  /** What is sent: nothing, JSON, or lines of text. */
  body: 'none' | 'json' | 'lines'
  /** Whether files can go with it. */
  takesFiles?: true
  /** How it is tried here, if not by one request. */
  tried?: 'stream' | 'not'
}

const SUPERUSERS_ONLY = { words: 'Only superusers', superusers: true } as const
const ANYONE = { words: 'Anyone', open: true } as const

/** The operations that a collection has as it is set up, in the order in which they are told. */
export function operationsOf(collection: Collection): Operation[] {
  const records = `/api/collections/${encodeURIComponent(collection.name)}/records`
  return [
    ...reading(records),
    ...(collection.type === 'view' ? [] : writing(records)),
    ...(collection.type === 'auth' ? [...signingIn(collection), ...accounts(collection)] : []),
    ...files(collection),
    ...many(collection),
  ]
}

/** Operations that collections have only where something is switched on: what, and where that is done. */
const SWITCHES: Partial<Record<OperationName, { is: string; of: (collection: Collection) => boolean }>> = {
  'auth-with-password': { is: 'Signing in with a password', of: ({ passwordAuth }) => passwordAuth?.enabled === true },
  'request-password-reset': { is: 'Signing in with a password', of: ({ passwordAuth }) => passwordAuth?.enabled === true },
  'auth-with-oauth2': { is: 'Signing in with another service', of: ({ oauth2 }) => oauth2?.enabled === true },
  'request-otp': { is: 'Signing in with a code', of: ({ otp }) => otp?.enabled === true },
  'auth-with-otp': { is: 'Signing in with a code', of: ({ otp }) => otp?.enabled === true },
}

/** Why a collection has no such operation, in words; nothing more than that it has none where the name says nothing. */
export function whyAbsent(name: string, { name: of, type }: Collection): { text: string; isOff: boolean } {
  const off = type === 'auth' ? SWITCHES[name as OperationName] : undefined
  if (off) return { text: `${off.is} is switched off in ${of}.`, isOff: true }
  if (type === 'view' && /^(create|update|delete|realtime|batch|import)$/.test(name)) {
    return { text: `${of} is a view: it is read, and neither written nor watched.`, isOff: false }
  }
  return { text: `${of} has no operation “${name}”.`, isOff: false }
}

function reading(records: string): Operation[] {
  return [
    {
      name: 'list', label: 'List', group: 'Records', method: 'GET', path: records, body: 'none',
      about: 'Returns records, a page at a time: only those that the rule lets the caller see.',
      access: { rule: 'listRule' },
      parameters: [given.PAGE, given.PER_PAGE, given.FILTER, given.SORT, given.EXPAND, given.FIELDS, given.SKIP_TOTAL],
    },
    {
      name: 'view', label: 'View', group: 'Records', method: 'GET', path: `${records}/{id}`, body: 'none',
      about: 'Returns one record by its id.',
      access: { rule: 'viewRule' }, parameters: [given.ID, given.EXPAND, given.FIELDS],
    },
  ]
}

function writing(records: string): Operation[] {
  return [
    {
      name: 'create', label: 'Create', group: 'Records', method: 'POST', path: records, body: 'json', takesFiles: true,
      about: 'Creates a record with the values sent. With files, send a form.',
      access: { rule: 'createRule' }, parameters: [given.EXPAND, given.FIELDS],
    },
    {
      name: 'update', label: 'Update', group: 'Records', method: 'PATCH', path: `${records}/{id}`, body: 'json', takesFiles: true,
      about: 'Changes the values sent; the others stay.',
      access: { rule: 'updateRule' }, parameters: [given.ID, given.EXPAND, given.FIELDS],
    },
    {
      name: 'delete', label: 'Delete', group: 'Records', method: 'DELETE', path: `${records}/{id}`, body: 'none',
      about: 'Deletes a record, its files, and records that cascade with it.',
      access: { rule: 'deleteRule' }, parameters: [given.ID],
    },
    {
      name: 'realtime', label: 'Realtime', group: 'Records', method: 'POST', path: '/api/realtime', body: 'none', tried: 'stream',
      about: 'Sends a message when records are created, changed or deleted. Open the stream with GET /api/realtime, then subscribe to topics.',
      access: { rule: 'listRule' }, parameters: [given.TOPIC, given.STREAM_FILTER, given.EXPAND, given.STREAM_FIELDS],
    },
  ]
}

function signingIn(collection: Collection): Operation[] {
  const path = `/api/collections/${encodeURIComponent(collection.name)}`
  const signs = { group: 'Signing in', method: 'POST', body: 'json', access: { rule: 'authRule' } } as const
  const all: Operation[] = [
    {
      name: 'auth-methods', label: 'Ways to sign in', group: 'Signing in', method: 'GET', path: `${path}/auth-methods`, body: 'none',
      about: 'Lists the ways to sign in, for a sign-in page.', access: ANYONE, parameters: [given.FIELDS],
    },
    {
      ...signs, name: 'auth-with-password', label: 'With a password', path: `${path}/auth-with-password`,
      about: 'Signs in and returns the token for further requests.', parameters: [given.EXPAND, given.FIELDS],
    },
    {
      ...signs, name: 'auth-with-oauth2', label: 'With another service', path: `${path}/auth-with-oauth2`, tried: 'not',
      about: 'Signs in with an account at another service. The SDKs open its page and send on what comes back.',
      parameters: [given.EXPAND, given.FIELDS],
    },
    {
      ...signs, name: 'request-otp', label: 'Ask for a code', path: `${path}/request-otp`, access: ANYONE,
      about: 'Sends a code to an address by mail. The answer is the same whether the address is known or not.', parameters: [],
    },
    {
      ...signs, name: 'auth-with-otp', label: 'With a code', path: `${path}/auth-with-otp`,
      about: 'Signs in with the code from the mail.', parameters: [given.EXPAND, given.FIELDS],
    },
    {
      ...signs, name: 'auth-refresh', label: 'Renew the token', path: `${path}/auth-refresh`, body: 'none',
      about: 'Returns a new token and the account as it is now, for a token that is still valid.',
      access: { words: `Accounts of ${collection.name}, each for itself` }, parameters: [given.EXPAND, given.FIELDS],
    },
  ]
  return all.filter(({ name }) => SWITCHES[name]?.of(collection) ?? true)
}

function accounts(collection: Collection): Operation[] {
  const path = `/api/collections/${encodeURIComponent(collection.name)}`
  const asks = { group: 'Accounts', method: 'POST', body: 'json', access: ANYONE, parameters: [] } as const
  const isSuperusers = collection.name === '_superusers'
  const all: Operation[] = [
    {
      ...asks, name: 'request-verification', label: 'Ask to confirm an address', path: `${path}/request-verification`,
      about: 'Sends a mail with a link that confirms the address, at most one every two minutes.',
    },
    {
      ...asks, name: 'confirm-verification', label: 'Confirm an address', path: `${path}/confirm-verification`,
      about: 'Takes the token from that link.',
    },
    {
      ...asks, name: 'request-password-reset', label: 'Ask for a new password', path: `${path}/request-password-reset`,
      about: 'Sends a mail with a link for a new password, at most one every two minutes.',
    },
    {
      ...asks, name: 'confirm-password-reset', label: 'Set a new password', path: `${path}/confirm-password-reset`,
      about: 'Takes the token from that link and the new password. All older tokens end.',
    },
    {
      ...asks, name: 'request-email-change', label: 'Ask for another address', path: `${path}/request-email-change`,
      about: 'Sends a link to the new address of the account that is signed in.',
      access: { words: `Accounts of ${collection.name}, each for itself` },
    },
    {
      ...asks, name: 'confirm-email-change', label: 'Set another address', path: `${path}/confirm-email-change`,
      about: 'Takes the token from that link and the password. All older tokens end.',
    },
    {
      ...asks, name: 'impersonate', label: 'Impersonate', path: `${path}/impersonate/{id}`, access: SUPERUSERS_ONLY,
      about: 'Returns a token to act as that account. It cannot be renewed.', parameters: [given.ID, given.EXPAND, given.FIELDS],
    },
  ]
  return all.filter(({ name }) => (SWITCHES[name]?.of(collection) ?? true) && !(isSuperusers && /verification|email-change/.test(name)))
}

/** Where a field holds files. */
function files({ fields, name, type }: Collection): Operation[] {
  const held = fields.filter((field) => field.type === 'file')
  if (held.length === 0) return []
  const isGuarded = held.some((field) => field.protected)
  const download: Operation = {
    name: 'file', label: 'Download a file', group: 'Files', method: 'GET', path: `/api/files/${encodeURIComponent(name)}/{id}/{file}`,
    body: 'none',
    about: isGuarded
      ? 'Returns a file by its record and name. Files of protected fields need the file token of someone who may view the record.'
      : 'Returns a file by its record and name.',
    access: isGuarded ? { rule: 'viewRule' } : { words: 'Anyone who knows the name of the file', open: true },
    parameters: [given.ID, given.FILE, given.THUMB, given.DOWNLOAD, ...(isGuarded ? [given.FILE_TOKEN] : [])],
  }
  if (!isGuarded || type === 'view') return [download]
  return [
    download,
    {
      name: 'file-token', label: 'Get a file token', group: 'Files', method: 'POST', path: '/api/files/token', body: 'none',
      about: 'Returns a short-lived token for the addresses of protected files.', access: { words: 'Anyone who is signed in' }, parameters: [],
    },
  ]
}

function many({ name, type }: Collection): Operation[] {
  const path = `/api/collections/${encodeURIComponent(name)}`
  const all: Operation[] = [
    {
      name: 'batch', label: 'Batch', group: 'Many at once', method: 'POST', path: '/api/batch', body: 'json',
      about: 'Writes several records of this and other collections in one transaction: all of them, or none.',
      access: { words: 'Anyone; each write is checked by its own rule', open: true }, parameters: [],
    },
    {
      name: 'import', label: 'Import', group: 'Many at once', method: 'POST', path: `${path}/import`, body: 'lines',
      about: 'Creates records from rows of JSON lines or CSV, any number of them, and reports the bad ones.',
      access: SUPERUSERS_ONLY, parameters: [given.IMPORT_FORMAT, given.DRY_RUN, given.EXISTING, given.ON_ERROR],
    },
    {
      name: 'export', label: 'Export', group: 'Many at once', method: 'GET', path: `${path}/export`, body: 'none',
      about: 'Returns all records that match as one file.',
      access: SUPERUSERS_ONLY, parameters: [given.EXPORT_FORMAT, given.FILTER, given.SORT, given.EXPORT_FIELDS],
    },
  ]
  return type === 'view' ? all.filter((one) => one.name === 'export') : all
}
