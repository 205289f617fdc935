/** What is said of backups. */
import type { Running } from './backups.svelte'

/** What the server takes as a name. */
const NAME = /^[a-z0-9_-]+\.zip$/
const LONGEST = 150
export const SUFFIX = '.zip'

/** A name as it was meant: what is typed without its ending gets it. */
export function nameOf(typed: string): string {
  const trimmed = typed.trim()
  return trimmed === '' || trimmed.includes('.') ? trimmed : trimmed + SUFFIX
}

/** What is wrong with a typed name; empty where nothing is, and where the server chooses one. */
export function nameFault(typed: string, taken: readonly string[]): string {
  const name = nameOf(typed)
  if (name === '') return ''
  if (name.length > LONGEST) return `A name has at most ${LONGEST} characters.`
  if (!NAME.test(name)) return /[A-Z]/.test(name) ? 'Use only lowercase letters, digits, - and _.' : 'Use only lowercase letters, digits, - and _, then .zip.'
  return taken.includes(name) ? 'There is already one of this name.' : ''
}

/** What is under way, in words. */
export function runningWords({ kind, key }: Pick<Running, 'kind' | 'key'>): string {
  if (kind === 'create') return key === '' ? 'A backup is being made' : `${key} is being made`
  if (kind === 'verify') return `Verifying ${key}`
  if (kind === 'restore') return `${key} is being made ready to be restored`
  return `${key} is coming in`
}

/** Whether the server makes and counts it by itself. */
export function isScheduled(key: string): boolean {
  return key.startsWith('@auto_pb_backup_')
}
