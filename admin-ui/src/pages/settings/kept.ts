/** What was typed into a page of settings and not saved: kept in this browser until it is. */
import type { SettingsSection } from '../../pages'
import { session } from '../../state/session.svelte'

export interface KeptDraft {
  /** When it was typed, in milliseconds. */
  at: number
  values: Record<string, unknown>
}

const name = (section: SettingsSection): string => `tuckbox_draft_settings_${session.user?.id ?? ''}_${section}`

export function keepDraft(section: SettingsSection, values: Record<string, unknown>): void {
  try {
    localStorage.setItem(name(section), JSON.stringify({ at: Date.now(), values }))
  } catch {
    // There is no room; what is on the page stays there.
  }
}

export function readDraft(section: SettingsSection): KeptDraft | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(name(section)) ?? 'null')
    if (typeof kept !== 'object' || kept === null || !('at' in kept) || !('values' in kept)) return undefined
    const { at, values } = kept
    return typeof at === 'number' && typeof values === 'object' && values !== null ? { at, values: { ...values } } : undefined
  } catch {
    return undefined
  }
}

export function dropDraft(section: SettingsSection): void {
  localStorage.removeItem(name(section))
}
