/** Collections, as the server tells and takes them. */
import { ask } from './backend'
import type { Field } from './fields'
import type { Row } from './records'

export type CollectionType = 'base' | 'auth' | 'view'

/** Who may do what: `null` is superusers alone, an empty text everyone, any other text a filter. */
export type Rule = string | null

export interface Collection {
  id: string
  name: string
  type: CollectionType
  system: boolean
  fields: Field[]
  indexes: string[]
  listRule: Rule
  viewRule: Rule
  createRule: Rule
  updateRule: Rule
  deleteRule: Rule
  created: string
  updated: string
  /** Of views. */
  viewQuery?: string
  /** Of collections whose records sign in; they are all there then. */
  authRule?: Rule
  manageRule?: Rule
  passwordAuth?: PasswordAuth
  otp?: OneTimeCodes
  mfa?: SecondFactor
  oauth2?: OAuth2
  authAlert?: { enabled: boolean; emailTemplate: MailTemplate }
  authToken?: Lifetime
  passwordResetToken?: Lifetime
  emailChangeToken?: Lifetime
  verificationToken?: Lifetime
  fileToken?: Lifetime
  verificationTemplate?: MailTemplate
  resetPasswordTemplate?: MailTemplate
  confirmEmailChangeTemplate?: MailTemplate
  /** What a later server may have. */
  [option: string]: unknown
}

export interface PasswordAuth {
  enabled: boolean
  identityFields: string[]
}

export interface OneTimeCodes {
  enabled: boolean
  duration: number
  length: number
  emailTemplate: MailTemplate
}

export interface SecondFactor {
  enabled: boolean
  duration: number
  rule: string
}

export interface OAuth2 {
  enabled: boolean
  providers: Provider[]
  mappedFields: Record<MappedValue, string>
}

/** What a provider tells of a person. */
export type MappedValue = 'id' | 'name' | 'username' | 'avatarURL'

/** Another service that people sign in with. Empty texts are the service's own defaults. */
export interface Provider {
  name: string
  displayName: string
  clientId: string
  /** Never answered; one that is not sent stays as it is. */
  clientSecret?: string
  authURL: string
  tokenURL: string
  userInfoURL: string
  pkce: boolean | null
  extra: Record<string, unknown> | null
}

export interface MailTemplate {
  subject: string
  body: string
}

/** How long a kind of token lives, in seconds. */
export interface Lifetime {
  duration: number
  /** Never answered. */
  secret?: string
}

/** A service that the server knows by name; the logo is SVG. */
export interface KnownProvider {
  name: string
  displayName: string
  logo: string
}

/** All of them, by name, the system's ones last. */
export async function listCollections(): Promise<Collection[]> {
  const all = await ask((backend) => backend.collections.getFullList<Collection>({ batch: 500, sort: 'name' }))
  return all.sort((one, other) => Number(one.system) - Number(other.system))
}

/** What is sent of a collection: everything that was changed, fields and indexes as whole lists. */
/** A collection as it is now, whatever is known of it. */
export function getCollection(id: string): Promise<Collection> {
  return ask((backend) => backend.collections.getOne<Collection>(id))
}

export type CollectionChange = Partial<Collection>

export function createCollection(collection: CollectionChange): Promise<Collection> {
  return ask((backend) => backend.collections.create<Collection>(collection))
}

export function updateCollection(id: string, change: CollectionChange): Promise<Collection> {
  return ask((backend) => backend.collections.update<Collection>(id, change))
}

export async function deleteCollection(id: string): Promise<void> {
  await ask((backend) => backend.collections.delete(id))
}

/** Deletes all records. */
export async function truncateCollection(id: string): Promise<void> {
  await ask((backend) => backend.collections.truncate(id))
}

/** A new collection of each type, as the server makes it. */
export function getScaffolds(): Promise<Record<CollectionType, Collection>> {
  return ask((backend) => backend.collections.getScaffolds()) as unknown as Promise<Record<CollectionType, Collection>>
}

/** What a view would be. */
export interface Sample {
  fields: Field[]
  sample: Row[]
}

/** Tries the query of a view; nothing is kept. */
export function tryQuery(query: string): Promise<Sample> {
  return ask((backend) =>
    backend.send<Sample>('/api/collections/meta/dry-run-view', { method: 'POST', body: { query } }),
  )
}

/** The services that people can be let in with. */
export function listProviders(): Promise<KnownProvider[]> {
  return ask((backend) => backend.send<KnownProvider[]>('/api/collections/meta/oauth2-providers', { method: 'GET' }))
}

/** Ends every session of a collection: tokens that were signed with the secret before are worth nothing. */
export async function signEverybodyOut(id: string, secret: string): Promise<void> {
  await ask((backend) => backend.collections.update(id, { authToken: { secret } }))
}

/** Takes collections over, all or none of them. With `deleteMissing`, what they do not name goes. */
export async function importCollections(collections: CollectionChange[], deleteMissing: boolean): Promise<void> {
  // The SDK's type wants whole collections; a part of one is enough for the server.
  await ask((backend) =>
    backend.send('/api/collections/import', { method: 'PUT', body: { collections, deleteMissing } }),
  )
}
