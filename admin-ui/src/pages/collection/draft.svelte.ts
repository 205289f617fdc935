/** A collection while it is edited: as it is stored, as it would be, and what is wrong with it. */
import { ApiError } from '../../api/client'
import { createCollection, getCollection, updateCollection, type Collection, type CollectionChange } from '../../api/collections'
import type { Field, FieldType } from '../../api/fields'
import { refusal } from '../../lib/refusal'
import { isSame } from '../../lib/same'
import { schema } from '../../state/schema.svelte'
import { planChange, type Plan } from '../../api/plans'
import { newField, times } from './new-field'
import { OPTION_NAMES } from './option-names'
import { putBack } from './put-back'
import { mend, mentions, renameInSignIn, type FieldChange, type Follow, type Mention } from './plan/plan'
import { ruledOf } from './rules/operations'

/** A field in the draft: its place in the list tells nothing, as that changes. */
export interface DraftField {
  /** Names it here; fields have no id before they are stored. */
  key: number
  /** As it is stored; `undefined` where it is new. */
  before: Field | undefined
  field: Field
  removed: boolean
}

/** What may be typed into. */
interface Whole {
  options: Collection
  fields: DraftField[]
}

export class CollectionDraft {
  stored: Collection | undefined = $state.raw()
  fields: DraftField[] = $state([])
  /** Everything but the fields, whose list in it stays empty. */
  options: Collection = $state() as Collection
  busy = $state(false)
  errors: Record<string, string> = $state.raw({})
  summary: string[] = $state.raw([])
  /** As somebody else saved it meanwhile. */
  #theirs: Collection | undefined
  #next = 1
  #base = ''
  /** What it began as, and the last key of what came with that: later ones were added by hand. */
  #from: Collection
  #given = 0

  /** Of a stored collection, or of a new one as the server would make it. */
  constructor(from: Collection, stored: boolean) {
    this.#from = from
    this.#take(from, stored ? from : undefined)
  }

  get isDirty(): boolean {
    return this.#written() !== this.#base
  }

  /** What would be done, each in a few words. */
  get changes(): string[] {
    const told: string[] = []
    const { stored } = this
    if (!stored) return [`makes ${this.options.name || 'the collection'}`]
    for (const { before, field, removed } of this.fields) {
      if (before && removed) told.push(`removes ${before.name}, with its values`)
      else if (removed) continue
      else if (!before) told.push(`adds ${field.name}`)
      else if (before.name !== field.name) told.push(`renames ${before.name} to ${field.name}`)
      else if (JSON.stringify(before) !== JSON.stringify(field)) told.push(`changes ${field.name}`)
    }
    const order = this.fields.filter(({ before, removed }) => before && !removed).map(({ before }) => before?.id)
    const kept = stored.fields.filter(({ id }) => order.includes(id)).map(({ id }) => id)
    if (order.join() !== kept.join()) told.push('orders the fields')
    for (const [name, value] of Object.entries(this.options)) {
      if (name !== 'fields' && JSON.stringify(value) !== JSON.stringify(stored[name])) told.push(name === 'name' ? `renames the collection to ${String(value)}` : `changes ${OPTION_NAMES[name] ?? name}`)
    }
    return told
  }

  /** The stored fields that change or go. */
  get fieldChanges(): FieldChange[] {
    return this.fields.flatMap(({ before, field, removed }) =>
      before && (removed || JSON.stringify(before) !== JSON.stringify(field))
        ? [{ before, after: removed ? undefined : ($state.snapshot(field) as Field) }]
        : [],
    )
  }

  add(type: FieldType, name: string, collectionId?: string): DraftField {
    return this.#put(newField(type, name, collectionId))
  }

  #put(field: Field): DraftField {
    const made = { key: this.#next++, before: undefined, field, removed: false }
    // Before the times of the server, which are read last.
    const at = this.fields.findIndex((one) => one.field.type === 'autodate')
    this.fields.splice(at < 0 ? this.fields.length : at, 0, made)
    return this.fields.find(({ key }) => key === made.key) ?? made
  }

  /** Takes a field away; one that is stored can be had back until it is saved. */
  remove(gone: DraftField): void {
    if (gone.before) gone.removed = true
    else this.fields = this.fields.filter(({ key }) => key !== gone.key)
  }

  /** Puts a field before or behind its neighbour. */
  move(moved: DraftField, by: number): void {
    const at = this.fields.findIndex(({ key }) => key === moved.key)
    const to = Math.max(0, Math.min(this.fields.length - 1, at + by))
    const [one] = this.fields.splice(at, 1)
    if (one) this.fields.splice(to, 0, one)
  }

  /** What the server said of a field, by the name of its option; its place is the one in the list that was sent. */
  errorsOf(one: DraftField): Record<string, string> {
    const at = this.#sent().findIndex(({ key }) => key === one.key)
    const prefix = `fields.${at}.`
    return Object.fromEntries(
      Object.entries(this.errors)
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, message]) => [path.slice(prefix.length), message]),
    )
  }

  discard(): void {
    const stored = this.#theirs ?? this.stored
    if (stored) this.#take(stored, stored)
    this.errors = {}
    this.summary = []
  }

  /** Becomes a new collection of another type; what was typed stays, where that type has it. */
  become(from: Collection): void {
    const { name } = this.options
    const [before, typed] = [this.#from, this.fields.filter(({ key }) => key > this.#given)]
    const rules = ruledOf(from.type).filter(({ rule }) => rule in before && this.options[rule] !== before[rule])
    const kept = Object.fromEntries(rules.map(({ rule }) => [rule, this.options[rule]]))
    this.errors = {}
    this.summary = []
    this.#take(from, undefined)
    Object.assign(this.options, { name }, kept)
    if (from.type !== 'view') for (const { field } of typed) this.#put(field)
  }

  /** What names things that get another name or go. */
  get mentions(): Mention[] {
    const { stored, options } = this
    return stored ? mentions(stored, options, this.fieldChanges, schema.collections) : []
  }

  /** Sends it; the collection as it is stored then, or `undefined` where the server refused. What is found to mention
   * other names follows them. */
  save(found: readonly Mention[] = []): Promise<Collection | undefined> {
    return this.#ask(async () => {
      if (await this.#isOvertaken()) return undefined
      const { body } = this.sent(found)
      const sent = this.#whole()
      const saved = this.stored ? await updateCollection(this.stored.id, body) : await createCollection(body)
      await schema.load()
      const now = this.#whole()
      this.#take(saved, saved)
      this.#putBack(sent, now)
      return saved
    })
  }

  /** Asks what saving would come to; `undefined` where the server would refuse it. */
  plan(found: readonly Mention[]): Promise<Plan | undefined> {
    return this.#ask(async () => {
      if (await this.#isOvertaken()) return undefined
      return planChange(this.stored?.id, this.sent(found).body)
    })
  }

  /** Whether somebody else saved the collection since it was opened: it is sent whole, and would write over theirs. */
  async #isOvertaken(): Promise<boolean> {
    const { stored } = this
    if (!stored) return false
    const now = await getCollection(stored.id)
    if (now.updated === stored.updated) return false
    this.#theirs = now
    this.summary = [OVERTAKEN]
    return true
  }

  async #ask<T>(question: () => Promise<T | undefined>): Promise<T | undefined> {
    if (this.busy) return undefined
    this.busy = true
    this.errors = {}
    this.summary = []
    try {
      return await question()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const { fields, summary } = refusal(error, SHOWN)
      this.errors = fields
      this.summary = summary.filter((sentence) => !BESIDE.test(sentence))
      if (this.summary.length === 0 && Object.keys(fields).length > 0) this.summary = ['Some of it cannot be saved. Check what is marked.']
      return undefined
    } finally {
      this.busy = false
    }
  }

  #sent(): DraftField[] {
    return this.fields.filter(({ removed }) => !removed)
  }

  /** What is sent of it, and of others once it is saved. */
  sent(found: readonly Mention[]): { body: CollectionChange; follows: Follow[] } {
    const fields = this.#sent().map(({ field }) => field)
    const whole = $state.snapshot({ ...this.options, fields }) as Collection
    renameInSignIn(whole, this.fieldChanges)
    const follows = mend(whole, found)
    const body: CollectionChange = whole
    // The fields of a view are what its query gives.
    if (whole.type === 'view') delete body.fields
    if (!this.stored) body.id = ''
    return { body, follows }
  }

  #take(from: Collection, stored: Collection | undefined): void {
    const { fields: its, ...options } = structuredClone(from)
    const has = (name: string): boolean => its.some((field) => field.name === name)
    const fields = stored || from.type === 'view' ? its : [...its, ...times().filter(({ name }) => !has(name))]
    this.stored = stored
    this.#theirs = undefined
    this.#from = from
    this.fields = fields.map((field) => ({
      key: this.#next++,
      before: stored ? structuredClone(field) : undefined,
      field,
      removed: false,
    }))
    this.#given = this.#next - 1
    this.options = { ...options, fields: [] } as unknown as Collection
    this.#base = this.#written()
  }

  #whole(): Whole {
    return { options: $state.snapshot(this.options) as Collection, fields: $state.snapshot(this.fields) as DraftField[] }
  }

  /** What was typed while it was on its way stays, on top of what is stored now. */
  #putBack(sent: Whole, now: Whole): void {
    for (const [name, value] of Object.entries(now.options)) {
      if (!isSame(value, sent.options[name])) this.options[name] = value
    }
    if (isSame(sent.fields, now.fields) || now.options.type === 'view') return
    const fields = putBack(sent.fields, now.fields, $state.snapshot(this.fields) as DraftField[])
    this.fields = fields.map((one) => ({ ...one, key: this.#next++ }))
  }

  #written(): string {
    return JSON.stringify([this.options, this.#sent().map(({ field }) => field)])
  }
}

const OVERTAKEN =
  'Someone else saved this collection since you opened it. Saving now would undo their changes; Discard shows them.'

/** What the page shows an error of at its place. */
const SHOWN = ['name', 'viewQuery', 'listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule', 'authRule', 'manageRule']

/** What the tabs show at its place, whatever is nested in it. */
const BESIDE = /^(fields\.\d|indexes\.\d|passwordAuth|otp|mfa|oauth2|authAlert|\w+Token|\w+Template)\b/
