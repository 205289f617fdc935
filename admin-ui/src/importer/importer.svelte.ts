/** An import from the choice of a file to its report. */
import { ApiError } from '../api/client'
import type { Collection } from '../api/collections'
import type { Field } from '../api/fields'
import { isMultiple } from '../api/fields'
import { idsByValue, importRecords, type ImportOptions } from '../api/import'
import { counted } from '../lib/words'
import { convert } from './convert'
import { Ground } from './ground'
import type { Guess } from './guess'
import { collectionName } from './names'
import { choicesFor, choicesForNew, fieldFor, faultsOf, hasDefaultIds, type Choice, type Plan, type Step } from './plan'
import { Reader } from './reader'
import { ReadingError } from './reading/encoding'
import type { How } from './reading/rows'
import { Run } from './run.svelte'
import type { BadRow, Scan } from './scan'

export type Stage = 'file' | 'columns' | 'check' | 'import' | 'report'

/** What a dry run found. */
export interface Checked {
  good: number
  existing: number
  bad: BadRow[]
  badCount: number
}

/** How many rows go in one request; where the server must name each bad row, no more than it names. */
const [LOT, NAMED_LOT] = [1_000, 100]
/** How many different values are looked up for a relation. */
const MOST_LOOKUPS = 20_000
/** How many bad rows are shown. */
const TOLD = 200

export class Importer {
  stage: Stage = $state('file')
  file: File | undefined = $state.raw()
  scan: Scan | undefined = $state.raw()
  choices: Choice[] = $state([])
  /** Whether somebody changed the choices. */
  isTouched = $state(false)
  /** The name of a new collection. */
  name = $state('')
  existing: ImportOptions['existing'] = $state('refuse')
  /** Whether something is on its way, what, and how much of it is done. */
  busy = $state('')
  done = $state(0)
  most: number | undefined = $state()
  /** What stands in the way. */
  fault = $state('')
  checked: Checked | undefined = $state.raw()
  run: Run | undefined = $state.raw()
  /** Where the rows go; nothing for a new collection. */
  readonly into: Collection | undefined
  readonly #collections: readonly Collection[]
  readonly #reader = new Reader()
  #ground: Ground | undefined
  #plan: Plan | undefined
  #asking = new AbortController()
  #isClosed = false

  constructor(into: Collection | undefined, collections: readonly Collection[]) {
    this.into = into
    this.#collections = collections
  }

  /** The fields that columns can go to. */
  get fields(): Field[] {
    return this.into?.fields ?? []
  }

  /** Whether something was made for rows that did not come yet. */
  get isPrepared(): boolean {
    return this.#ground?.hasMade === true && this.run === undefined
  }

  get isCells(): boolean {
    return this.scan?.how.format === 'csv'
  }

  /** The collection that has been made or chosen. */
  get collection(): Collection | undefined {
    return this.#ground?.collection ?? this.into
  }

  get faults(): Map<number, string> {
    return faultsOf(this.choices, this.fields.map(({ name }) => name))
  }

  get chosen(): number {
    return this.choices.filter(({ target }) => target.to !== 'out').length
  }

  get hasIds(): boolean {
    return this.choices.some(({ target }) => target.to === 'field' && target.name === 'id')
  }

  /** Reads a file; with `how`, in a way that somebody chose. */
  async read(file: File, how?: How): Promise<void> {
    await this.#work('Reading the file', async () => {
      const before = this.scan
      this.file = file
      this.most = file.size
      if (!how) this.scan = undefined
      const scan = await this.#reader.scan(file, how, (bytes) => (this.done = bytes))
      if (scan.columns.length === 0 || scan.rows === 0) {
        this.scan = how ? before : undefined
        throw new ReadingError(scan.columns.length > 0 ? 'It has a header, and no row below it.' : 'There is no row in it.')
      }
      this.scan = scan
      if (this.into) this.choices = choicesFor(scan.columns, scan.guesses, this.into.fields, scan.how.format === 'csv')
      else {
        this.choices = choicesForNew(scan.columns, scan.guesses)
        this.name ||= collectionName(file.name, new Set(this.#collections.map(({ name }) => name.toLowerCase())))
      }
      this.stage = 'columns'
    })
  }

  /** Lays the ground and has the server try all rows; nothing of them is kept. */
  async check(): Promise<void> {
    const { scan, file } = this
    if (!scan || !file) return
    this.checked = undefined
    await this.#work('Looking up what the relations stand for', async () => {
      const steps = await this.#steps(scan, file)
      this.busy = 'Preparing the collection'
      this.#ground ??= await this.#lay(scan)
      if (this.#isClosed) return this.#takeBack()
      const { collection } = this.#ground
      this.#plan = { steps, isCells: this.isCells, makesIds: hasDefaultIds(collection.fields) }
      this.stage = 'check'
      this.busy = 'Putting the rows together'
      this.most = scan.rows
      const whole = await this.#reader.whole({ file, how: scan.how, columns: scan.columns }, this.#plan, (rows) => (this.done = rows))
      const checked: Checked = { good: 0, existing: 0, bad: whole.bad, badCount: whole.badCount }
      if (whole.lines.length > 0) {
        this.busy = 'The server tries the rows'
        this.done = 0
        this.most = whole.body.size
        const sending = { signal: this.#asking.signal, onprogress: (sent: number) => this.#sent(sent, whole.body.size) }
        const report = await importRecords(collection.name, whole.body, { dryRun: true, existing: this.#existing }, sending)
        const refused = report.errors.map(({ line, message }) => ({ line: whole.lines[line - 1] ?? 0, reason: message }))
        checked.good = report.created
        checked.existing = report.existing
        checked.badCount += report.bad
        checked.bad = [...checked.bad, ...refused].sort((one, other) => one.line - other.line).slice(0, TOLD)
      }
      this.checked = checked
    })
  }

  /** Back to the columns; what was made for the import goes again. */
  async back(): Promise<void> {
    this.stage = 'columns'
    this.checked = undefined
    this.fault = ''
    await this.#work('Taking the preparations back', () => this.#takeBack())
  }

  /** Sends the rows. */
  async start(): Promise<void> {
    const { scan, file, collection } = this
    const plan = this.#plan
    if (!scan || !file || !collection || !plan) return
    const isNamed = !plan.makesIds || (this.hasIds && this.existing === 'refuse')
    await this.#work('Beginning', () => this.#reader.start({ file, how: scan.how, columns: scan.columns }, plan, isNamed ? NAMED_LOT : LOT))
    this.run = new Run(this.#reader, {
      collection: collection.name,
      existing: this.#existing,
      isRepeatable: plan.makesIds,
      mintsIds: plan.makesIds && !this.hasIds,
      total: scan.rows,
    })
    this.stage = 'import'
  }

  /** The bad rows as a file. */
  repairs(): Promise<Blob> {
    return this.#reader.repairs()
  }

  /** Ends it. What was made for it goes where no row came. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#asking.abort()
    this.run?.cancel()
    this.#reader.close()
    if (!this.run) await this.#takeBack()
  }

  /** New ids are nowhere yet: what is there was sent before. */
  get #existing(): ImportOptions['existing'] {
    return this.hasIds ? this.existing : this.#plan?.makesIds ? 'skip' : 'refuse'
  }

  /** Once all is sent, nobody knows how long the answer takes. */
  #sent(bytes: number, size: number): void {
    this.done = bytes
    this.most = bytes < size ? size : undefined
  }

  async #takeBack(): Promise<void> {
    const ground = this.#ground
    this.#ground = undefined
    await ground?.takeBack()
  }

  async #lay(scan: Scan): Promise<Ground> {
    const fields = this.choices.flatMap(({ target }, at) =>
      target.to === 'new' ? [fieldFor(target.name, target.type, scan.guesses[at] as Guess)] : [],
    )
    return this.into ? Ground.of(this.into, fields) : Ground.ofNew(this.name.trim(), fields)
  }

  async #steps(scan: Scan, file: File): Promise<Step[]> {
    const lookups = this.choices.flatMap((choice, at) => (this.#relation(choice) && choice.by !== '' ? [at] : []))
    const found = lookups.length > 0 ? await this.#reader.distinct(file, scan.how, lookups, MOST_LOOKUPS) : []
    const steps: Step[] = []
    for (const [at, choice] of this.choices.entries()) {
      const { target, reading } = choice
      if (target.to === 'out') continue
      if (target.to === 'new') {
        const isMany = target.type === 'select' && (scan.guesses[at]?.most ?? 1) > 1
        steps.push({ at, name: target.name, type: target.type, isMultiple: isMany, reading })
        continue
      }
      // Of a new collection: its own `id`, `created` and `updated`.
      const field = this.fields.find(({ name }) => name === target.name)
      const step: Step = { at, name: target.name, type: field?.type ?? (target.name === 'id' ? 'text' : 'autodate'), isMultiple: field !== undefined && isMultiple(field), reading }
      const other = this.#relation(choice)
      const values = found.find((one) => one.at === at)
      if (other && values) {
        if (!values.isAll) throw new ReadingError(`The column “${scan.columns[at]}” has more than ${counted(MOST_LOOKUPS, 'different value')}, which is too many to look up.`)
        const asked = [...new Set(values.values.flatMap((text) => (step.isMultiple ? partsOf(text, reading) : [text])))]
        step.ids = await idsByValue(other.name, choice.by, asked, this.#asking.signal)
        step.of = { collection: other.name, by: choice.by }
      }
      steps.push(step)
    }
    return steps
  }

  /** The collection that a choice points to. */
  #relation({ target }: Choice): Collection | undefined {
    const field = target.to === 'field' ? this.fields.find(({ name }) => name === target.name) : undefined
    return field?.type === 'relation' ? this.#collections.find(({ id }) => id === field.collectionId) : undefined
  }

  async #work(what: string, work: () => Promise<void>): Promise<void> {
    if (this.busy !== '') return
    this.busy = what
    this.fault = ''
    this.done = 0
    this.most = undefined
    try {
      await work()
    } catch (error) {
      if (error instanceof ApiError) this.fault = error.aborted ? '' : (Object.values(error.fields)[0] ?? error.message)
      else if (error instanceof ReadingError) this.fault = error.message
      else throw error
    } finally {
      this.busy = ''
    }
  }
}

/** The values in a cell of a field that takes many. */
function partsOf(text: string, reading: Choice['reading']): string[] {
  const value = convert(text, { type: 'relation', isMultiple: true }, reading, true)
  return Array.isArray(value) ? value.map(String) : [text]
}
