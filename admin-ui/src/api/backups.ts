/** Backups: what there is, what is being done, and what the settings say of them. */
import { findEntry, readEntry } from '../lib/zip'
import { ask } from './backend'
import { ApiError } from './client'
import { fileToken } from './files'
import { uploading, type Sending } from './upload'

export interface Backup {
  key: string
  modified: string
  /** In bytes. */
  size: number
  /** When it was read back; empty where it never was. */
  verified: string
  /** Why it is no good backup; empty where it is one. */
  problem: string
}

/** What is being done to a backup right now. */
export interface ActiveBackup {
  kind: 'create' | 'verify' | 'restore' | 'upload'
  key: string
  step: string
  done: number
  /** `null` where it is not known. */
  total: number | null
  since: string
}

/** All of them, the newest first. */
export async function listBackups(): Promise<Backup[]> {
  const listed = (await ask((backend) => backend.backups.getFullList())) as unknown as Backup[]
  return listed.sort((one, other) => other.modified.localeCompare(one.modified))
}

/** Makes one; answers when it is stored and read back. */
export async function createBackup(name: string): Promise<void> {
  await ask((backend) => backend.backups.create(name))
}

export function verifyBackup(key: string): Promise<Pick<Backup, 'verified' | 'problem'>> {
  return ask((backend) => backend.send(`/api/backups/${encodeURIComponent(key)}/verify`, { method: 'POST' }))
}

export async function uploadBackup(file: File, sending: Sending): Promise<void> {
  await ask((backend) => backend.backups.upload({ file }, { fetch: uploading(sending) }))
}

export async function deleteBackup(key: string): Promise<void> {
  await ask((backend) => backend.backups.delete(key))
}

/** Begins to restore one. What comes of it is told by `seeServer` and `restoreMarks`. */
export async function restoreBackup(key: string): Promise<void> {
  await ask((backend) => backend.backups.restore(key))
}

/** Where one is downloaded, for a few minutes. */
export async function backupAddress(key: string): Promise<string> {
  const token = await fileToken()
  return ask((backend) => Promise.resolve(backend.backups.getDownloadURL(token, key)))
}

let isTold = true

/** What is being done; `undefined` where the server does not tell. */
export async function activeBackup(): Promise<ActiveBackup | null | undefined> {
  if (!isTold) return undefined
  try {
    return (await ask((backend) => backend.send<{ active: ActiveBackup | null }>('/api/backups/active', { method: 'GET' }))).active
  } catch (error) {
    if (!(error instanceof ApiError) || ![403, 404].includes(error.status)) throw error
    isTold = false
    return undefined
  }
}

/** How the server sees who asks: whether it is at work on a backup, and whether one is still a superuser. */
export async function seeServer(): Promise<'idle' | 'busy' | 'stranger'> {
  const { data } = await ask((backend) => backend.health.check({ requestKey: null }))
  const { canBackup } = data as { canBackup?: boolean }
  return canBackup === undefined ? 'stranger' : canBackup ? 'idle' : 'busy'
}

/** What tells how a restore ended: all of it is of the server's clock. */
export interface RestoreMarks {
  /** When what runs at every start began the last time. */
  started: string
  /** When the log last told that one failed; empty where it never did. */
  failed: string
  why: string
}

const NOT_RESTORED = 'a backup was not restored'
const AT_EVERY_START = '__pbOTPCleanup__'

/** What the server's log and schedules say at the moment. */
export async function restoreMarks(): Promise<RestoreMarks> {
  const [crons, { items }] = await Promise.all([
    ask((backend) => backend.crons.getFullList()),
    ask((backend) => backend.logs.getList(1, 1, { filter: `message ~ "${NOT_RESTORED}"`, sort: '-created', skipTotal: true })),
  ])
  const start = (crons as unknown as { id: string; lastStart?: string }[]).find(({ id }) => id === AT_EVERY_START)
  const [failure] = items
  const { error, why } = (failure?.data ?? {}) as { error?: unknown; why?: unknown }
  const told = [error, why].find((one) => typeof one === 'string')
  return { started: start?.lastStart ?? '', failed: failure?.created ?? '', why: typeof told === 'string' ? told : '' }
}

/** What a backup says of itself. */
export interface Manifest {
  tuckbox: string
  /** The instant that it holds. */
  created: string
  databases: Record<string, { bytes: number; rows: Record<string, number> }>
  files: { count: number; bytes: number; missing: number; elsewhere: number }
}

const MANIFEST = 'tuckbox_backup.json'
/** The manifest is the last entry, and small. */
const TAIL = 65_536

/** What is in a backup, read from its end alone; `undefined` where it is none of this program. */
export async function readManifest({ key, size }: Pick<Backup, 'key' | 'size'>, signal: AbortSignal): Promise<Manifest | undefined> {
  const address = await backupAddress(key)
  const begin = Math.max(0, size - TAIL)
  const tail = await readRange(address, begin, size - 1, signal)
  const entry = findEntry(tail, MANIFEST)
  if (!entry) return undefined
  const rest =
    entry.offset >= begin
      ? tail.slice(entry.offset - begin)
      : await readRange(address, entry.offset, Math.min(size - 1, entry.offset + entry.compressed + 1024), signal)
  const read: unknown = JSON.parse(await readEntry(rest, entry))
  return isManifest(read) ? read : undefined
}

async function readRange(address: string, from: number, to: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address, { headers: { Range: `bytes=${from}-${to}` }, signal, cache: 'no-store' })
  if (!response.ok) throw new ApiError(response.status, `The server answered ${response.status}.`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  // Whoever knows no ranges sends all of it.
  return response.status === 206 ? bytes : bytes.slice(from, to + 1)
}

function isManifest(read: unknown): read is Manifest {
  if (typeof read !== 'object' || read === null) return false
  const { created, databases, files } = read as Partial<Manifest>
  return typeof created === 'string' && typeof databases === 'object' && typeof files === 'object'
}

/** How many records of a collection were changed. */
export interface Changed {
  /** The collection's id. */
  collection: string
  records: number
}

export interface Since {
  changed: Changed[]
  /** The server remembers changes for a while: whether that reaches back far enough. */
  isWhole: boolean
}

/** What was changed through the API after an instant, which the server's feed tells. */
export async function changesSince(time: Date, signal: AbortSignal): Promise<Since> {
  const run = async (query: string): Promise<(string | null)[][]> =>
    (await ask((backend) => backend.send<{ rows: (string | null)[][] }>('/api/sql', { method: 'POST', body: { query }, signal }))).rows
  const at = time.getTime()
  const [rows, first] = await Promise.all([
    run(`SELECT collection, count(DISTINCT record) FROM _tb_changes WHERE at > ${at} GROUP BY collection ORDER BY 2 DESC`),
    run('SELECT seq, at FROM _tb_changes ORDER BY seq LIMIT 1'),
  ])
  const [oldest, oldestAt] = (first[0] ?? []).map(Number)
  const isWhole = oldest === undefined || oldest <= 1 || (oldestAt ?? 0) <= at
  return { changed: rows.map(([collection, records]) => ({ collection: collection ?? '', records: Number(records) })), isWhole }
}

/** A bucket; the secret is never answered, and one that is not sent stays as it is. */
export interface Bucket {
  enabled: boolean
  bucket: string
  region: string
  endpoint: string
  accessKey: string
  secret?: string
  forcePathStyle: boolean
}

export interface BackupSettings {
  /** When one is made, in UTC; empty is never. */
  cron: string
  cronMaxKeep: number
  s3: Bucket
}

export async function getBackupSettings(): Promise<BackupSettings> {
  const all = await ask((backend) => backend.settings.getAll({ fields: 'backups' }))
  return (all as { backups: BackupSettings }).backups
}

export async function saveBackupSettings(change: Partial<BackupSettings>): Promise<BackupSettings> {
  const all = await ask((backend) => backend.settings.update({ backups: change }, { fields: 'backups' }))
  return (all as { backups: BackupSettings }).backups
}

/** Writes something into the bucket that is saved, and takes it away again. */
export async function testBackupBucket(): Promise<void> {
  await ask((backend) => backend.settings.testS3('backups'))
}
