/** What this server calls itself and looks like: its name and accent, as the settings have them. */
import { getSettings, type Settings } from '../api/settings'
import { accents } from '../lib/accent'
import { valueAt } from '../lib/settings'

const KEPT_AS = 'tuckbox_instance'
/** As every new server has them: they say nothing of this one. */
const UNNAMED = 'Acme'
const UNCOLOURED = ['', '#1055c9']

class Instance {
  /** Its own name; empty where it was given none. */
  name = $state('')
  /** Whether what changes collections is out of sight. */
  hidesControls = $state(false)

  constructor() {
    // As it was the last time, so that nothing changes colour before one's eyes.
    this.#show(read())
  }

  /** Whether it was seen before by this browser. */
  get isKnown(): boolean {
    return localStorage.getItem(KEPT_AS) !== null
  }

  async load(): Promise<void> {
    this.take(await getSettings('meta'))
  }

  /** The settings were read or saved. */
  take(settings: Settings): void {
    const seen = { name: text(settings, 'meta.appName'), accent: text(settings, 'meta.accentColor'), hides: valueAt(settings, 'meta.hideControls') === true }
    localStorage.setItem(KEPT_AS, JSON.stringify(seen))
    this.#show(seen)
  }

  #show({ name, accent, hides }: Seen): void {
    this.name = name === UNNAMED ? '' : name
    this.hidesControls = hides
    const { style } = document.documentElement
    const found = UNCOLOURED.includes(accent) ? undefined : accents(accent)
    for (const part of ['accent', 'on', 'soft'] as const) {
      const property = part === 'accent' ? '--accent' : `--accent-${part}`
      if (found) style.setProperty(property, `light-dark(${found.light[part]}, ${found.dark[part]})`)
      else style.removeProperty(property)
    }
  }
}

interface Seen {
  name: string
  accent: string
  hides: boolean
}

function text(settings: Settings, path: string): string {
  const value = valueAt(settings, path)
  return typeof value === 'string' ? value : ''
}

function read(): Seen {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT_AS) ?? 'null')
    if (typeof kept === 'object' && kept !== null) {
      const { name, accent, hides } = kept as Partial<Seen>
      return { name: String(name ?? ''), accent: String(accent ?? ''), hides: hides === true }
    }
  } catch {
    // It is asked for anyway.
  }
  return { name: '', accent: '', hides: false }
}

export const instance = new Instance()
