/** Everything that the palette can do. */
import { apiAddress, collectionAddress, diagramAddress, recordsAddress } from '../pages'
import { SETTING, settingAddress, type Path } from '../pages/settings/fields'
import { instance } from '../state/instance.svelte'
import { router } from '../state/router.svelte'
import { schema } from '../state/schema.svelte'
import { theme } from '../state/theme.svelte'
import { sidebar } from '../state/sidebar.svelte'
import { leave } from './sign-out'

export interface Command {
  label: string
  /** What it is, at the end of the line. */
  hint: string
  run: () => void
}

const OWN_SETTINGS = [
  ['application', 'Application'], ['mail', 'Mail'], ['storage', 'Storage'], ['limits', 'Limits'], ['superusers', 'Superusers'],
] as const

export function commands(showKeys: () => void): Command[] {
  const go = (label: string, hint: string, address: string): Command => ({ label, hint, run: () => router.go(address) })
  const { collections } = schema
  const own = collections.filter(({ system }) => !system)
  const edited = instance.hidesControls ? [] : collections
  return [
    ...collections.map(({ name }) => go(name, 'Records', recordsAddress(name))),
    go('Home', 'Page', '#/'),
    go('Diagram', 'Page', diagramAddress()),
    go('Rules of all collections', 'Page', diagramAddress('rules')),
    go('Logs', 'Page', '#/logs'),
    ...OWN_SETTINGS.map(([section, label]) => go(label, 'Settings', `#/settings/${section}`)),
    go('Backups', 'Page', '#/settings/backups'),
    go('Schedules', 'Page', '#/settings/crons'),
    go('Export collections', 'Page', '#/settings/export-collections'),
    go('Import collections', 'Page', '#/settings/import-collections'),
    go('SQL console', 'Page', '#/settings/sql'),
    ...(instance.hidesControls ? [] : [go('New collection', 'Action', '#/new-collection')]),
    ...own.filter(({ type }) => type !== 'view').map(({ name }) => go(`New record of ${name}`, 'Action', recordsAddress(name, 'new'))),
    ...collections.map(({ name }) => go(`API of ${name}`, 'Page', apiAddress(name))),
    ...edited.map(({ name }) => go(`Settings of ${name}`, 'Page', collectionAddress(name))),
    ...edited.filter(({ system }) => !system).map(({ name }) => go(`Rules of ${name}`, 'Page', collectionAddress(name, 'rules'))),
    ...(Object.keys(SETTING) as Path[]).map((path) => go(SETTING[path].label, `Settings: ${SETTING[path].section}`, settingAddress(path))),
    { label: 'Dark', hint: 'Theme', run: () => theme.choose('dark') },
    { label: 'Light', hint: 'Theme', run: () => theme.choose('light') },
    { label: 'Theme as the system has it', hint: 'Theme', run: () => theme.choose('system') },
    { label: sidebar.isNarrow ? 'Widen the sidebar' : 'Narrow the sidebar', hint: 'Action', run: () => sidebar.toggle() },
    { label: 'Keys', hint: 'Help', run: showKeys },
    { label: 'Sign out', hint: 'Action', run: () => void leave() },
  ]
}
