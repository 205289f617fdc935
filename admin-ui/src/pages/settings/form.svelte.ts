/** A page of settings while it is changed: what was read, what is typed over it, and what is wrong with it. */
import { ApiError } from '../../api/client'
import { getConfiguration, getSettings, updateSettings, type Configured, type Settings } from '../../api/settings'
import { refusal } from '../../lib/refusal'
import { isSame } from '../../lib/same'
import { errorAt, overtaken, treeOf, valueAt, type Overtaken } from '../../lib/settings'
import type { SettingsSection } from '../../pages'
import { instance } from '../../state/instance.svelte'
import { dropDraft, keepDraft, readDraft, type KeptDraft } from './kept'
import { pathsOf, SETTING, type Path } from './fields'
import { governing } from './governing'

type Typed = Partial<Record<Path, unknown>>

/** Beside errors whose inputs are in sight. */
const MARKED = 'Nothing was saved. Check what is marked.'

/** Are never answered: what is typed replaces them, an empty text clears them. */
const SECRETS: readonly string[] = ['smtp.password', 's3.secret']

export class SettingsForm {
  state: 'asking' | 'there' | 'failed' = $state('asking')
  busy = $state(false)
  errors: Record<string, string> = $state.raw({})
  summary: string[] = $state.raw([])
  /** What others changed of what is typed here; saving waits until somebody decides. */
  disputed: Overtaken[] = $state.raw([])
  /** What was typed before and never saved. */
  offered: KeptDraft | undefined = $state.raw()
  /** Values that others changed and nobody typed here: they are shown, and told once. */
  renewed: Path[] = $state.raw([])
  readonly section: SettingsSection
  readonly paths: readonly Path[]
  #base: Settings = $state.raw({})
  #now: Settings | undefined
  #typed: Typed = $state.raw({})
  #configured: Configured[] = $state.raw([])

  constructor(section: SettingsSection) {
    this.section = section
    this.paths = pathsOf(section)
  }

  get changed(): Path[] {
    return this.paths.filter((path) => path in this.#typed)
  }

  get isDirty(): boolean {
    return this.changed.length > 0
  }

  /** The changed ones in words. */
  get changes(): string[] {
    return this.changed.map((path) => SETTING[path].label)
  }

  async load(): Promise<void> {
    this.state = 'asking'
    try {
      this.#base = await getSettings()
      this.state = 'there'
      this.#offer()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.state = 'failed'
      return
    }
    // Whoever is not told knows as much as before.
    this.#configured = await getConfiguration().catch(() => [])
  }

  value(path: Path): unknown {
    return path in this.#typed ? this.#typed[path] : valueAt(this.#base, path)
  }

  text(path: Path): string {
    const value = this.value(path)
    return typeof value === 'string' ? value : ''
  }

  number(path: Path): number {
    const value = this.value(path)
    return typeof value === 'number' ? value : 0
  }

  flag(path: Path): boolean {
    return this.value(path) === true
  }

  list(path: Path): string[] {
    const value = this.value(path)
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  }

  set(path: Path, value: unknown): void {
    const rest = Object.fromEntries(Object.entries(this.#typed).filter(([one]) => one !== path)) as Typed
    this.#typed = isSame(value, valueAt(this.#base, path)) ? rest : { ...rest, [path]: value }
    this.errors = Object.fromEntries(Object.entries(this.errors).filter(([one]) => one !== path && !one.startsWith(`${path}.`)))
    if (Object.keys(this.errors).length === 0) this.summary = []
    this.disputed = this.disputed.filter((one) => one.path !== path)
    this.#keep()
  }

  isChanged(path: Path): boolean {
    return path in this.#typed
  }

  /** Whether it is as a new server has it. */
  isInitial(path: Path): boolean {
    return SECRETS.includes(path) || isSame(this.value(path), SETTING[path].initial)
  }

  error(path: Path): string | undefined {
    return errorAt(this.errors, path)
  }

  /** What the start of the server says of it; empty where it says nothing. */
  governor(path: Path): string {
    return governing(path, this.#configured)
  }

  discard(): void {
    this.#typed = {}
    this.errors = {}
    this.summary = []
    this.disputed = []
    if (this.#now) this.#base = this.#now
    this.#now = undefined
    this.#keep()
  }

  /** Sends what was changed, unless others changed the same; whether it is saved. */
  async save(faults: Readonly<Record<string, string>> = {}): Promise<boolean> {
    if (this.busy || !this.isDirty) return false
    const wrong = { ...this.#numbers(), ...faults }
    this.errors = wrong
    this.summary = Object.keys(wrong).length > 0 ? [MARKED] : []
    if (this.summary.length > 0 || this.disputed.length > 0) return false
    this.busy = true
    try {
      this.#compare(await getSettings())
      if (this.disputed.length > 0) return false
      const sent = this.#typed
      const saved = await updateSettings(treeOf(sent))
      this.#base = saved
      // What was typed while it was on its way is not saved yet.
      this.#typed = Object.fromEntries(Object.entries(this.#typed).filter(([path, value]) => value !== sent[path as Path])) as Typed
      this.#keep()
      instance.take(saved)
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.#refused(error)
      return false
    } finally {
      this.busy = false
    }
  }

  /** Looks whether others saved meanwhile: in another window, or elsewhere. */
  async look(): Promise<void> {
    if (this.state !== 'there' || this.busy) return
    try {
      this.#compare(await getSettings())
    } catch (error) {
      // Saving tells it; nobody asked for this.
      if (!(error instanceof ApiError)) throw error
    }
  }

  /** What is typed here goes over what others saved. */
  keepMine(): void {
    this.#settle()
  }

  /** What others saved is taken, and what was typed over it let go. */
  takeTheirs(): void {
    const gone = new Set(this.disputed.map(({ path }) => path))
    this.#typed = Object.fromEntries(Object.entries(this.#typed).filter(([path]) => !gone.has(path))) as Typed
    this.#settle()
  }

  /** Takes up what was typed before. */
  takeUp(): void {
    for (const [path, value] of Object.entries(this.offered?.values ?? {})) {
      if (this.paths.some((one) => one === path)) this.set(path as Path, value)
    }
    this.offered = undefined
  }

  dropOffered(): void {
    this.offered = undefined
    dropDraft(this.section)
  }

  #settle(): void {
    this.disputed = []
    if (this.#now) this.#base = this.#now
    this.#now = undefined
    this.#keep()
  }

  #compare(now: Settings): void {
    const disputed = overtaken(this.#base, now, this.#typed)
    this.#now = now
    if (disputed.length > 0) {
      this.disputed = disputed
      return
    }
    this.renewed = this.paths.filter((path) => !(path in this.#typed) && !isSame(valueAt(this.#base, path), valueAt(now, path)))
    this.#settle()
  }

  /** What is typed where a number belongs and is none. */
  #numbers(): Record<string, string> {
    return Object.fromEntries(
      this.changed.flatMap((path) => (Number.isNaN(this.#typed[path]) ? [[path, 'Type a whole number.']] : [])),
    )
  }

  #refused(error: ApiError): void {
    const beside = Object.keys(error.fields).filter((one) => this.paths.some((path) => one === path || one.startsWith(`${path}.`)))
    const { fields, summary } = refusal(error, beside)
    this.errors = fields
    this.summary = summary.length === 0 ? [MARKED] : summary
  }

  #offer(): void {
    const kept = readDraft(this.section)
    const values = Object.fromEntries(
      Object.entries(kept?.values ?? {}).filter(([path, value]) => this.paths.some((one) => one === path) && !isSame(value, valueAt(this.#base, path))),
    )
    this.offered = kept && Object.keys(values).length > 0 ? { at: kept.at, values } : undefined
  }

  /** Secrets are kept nowhere. */
  #keep(): void {
    const values = Object.entries(this.#typed).filter(([path, value]) => !SECRETS.includes(path) && !Number.isNaN(value))
    if (values.length > 0) keepDraft(this.section, Object.fromEntries(values))
    else if (!this.offered) dropDraft(this.section)
  }
}
