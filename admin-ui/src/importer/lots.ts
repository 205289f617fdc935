/** The rows of a file in lots for the server, and those that stay behind for a file of their own. */
import { lineOf, newId, type Plan } from './plan'
import { Rows, type How, type SourceRow } from './reading/rows'
import { headOf, repairLine } from './repair'
import { KEPT_BAD, type BadRow } from './scan'

/** A file that was looked at. */
export interface Opened {
  file: File
  how: How
  columns: string[]
}

/** Rows on their way to the server. */
export interface Lot {
  number: number
  /** A JSON object a line. */
  text: string
  /** The line in the file of each of them. */
  lines: number[]
  /** Rows between them that stay here, and why; the first ones, and how many. */
  bad: BadRow[]
  badCount: number
}

/** All rows at once. */
export interface Whole {
  body: Blob
  lines: Uint32Array
  bad: BadRow[]
  badCount: number
}

/** How long the text of a lot may get, in characters. */
const LONGEST = 1 << 20

export class Lots {
  readonly #columns: string[]
  readonly #source: AsyncGenerator<SourceRow[]>
  readonly #plan: Plan
  readonly #size: number
  #waiting: SourceRow[] = []
  #at = 0
  #number = 0
  /** Rows of lots of which it is not known yet what became of them. */
  readonly #sent = new Map<number, SourceRow[]>()
  #repairs: BlobPart[] = []

  constructor({ file, how, columns }: Opened, plan: Plan, size: number) {
    this.#columns = columns
    this.#source = new Rows(how).read(file, () => undefined)
    this.#plan = plan
    this.#size = size
  }

  /** The next lot; `undefined` at the end. */
  async next(): Promise<Lot | undefined> {
    const lot: Lot = { number: this.#number, text: '', lines: [], bad: [], badCount: 0 }
    const kept: SourceRow[] = []
    const now = Date.now()
    while (lot.lines.length < this.#size && lot.badCount < this.#size && lot.text.length < LONGEST) {
      const row = await this.#row()
      if (!row) break
      const line = lineOf(row, this.#plan, newId(now))
      if ('fault' in line) {
        lot.badCount += 1
        if (lot.bad.length < KEPT_BAD) lot.bad.push({ line: row.line, reason: line.fault })
        this.#repair(row, line.fault)
        continue
      }
      lot.text += `${line.text}\n`
      lot.lines.push(row.line)
      kept.push(row)
    }
    if (lot.lines.length === 0 && lot.badCount === 0) return undefined
    this.#number += 1
    this.#sent.set(lot.number, kept)
    return lot
  }

  /** Takes down which rows of a lot the server did not want, by their places, and lets go of the others. */
  settle(number: number, refused: { at: number; reason: string }[]): void {
    const rows = this.#sent.get(number)
    this.#sent.delete(number)
    for (const { at, reason } of refused) {
      const row = rows?.[at]
      if (row) this.#repair(row, reason)
    }
  }

  /** The bad rows so far, as a CSV file. */
  repairs(): Blob {
    return new Blob(['\ufeff', headOf(this.#columns), ...this.#repairs], { type: 'text/csv' })
  }

  #repair(row: SourceRow, why: string): void {
    this.#repairs.push(repairLine(row, this.#columns.length, why))
    // Many small parts become a large one, which the browser may put to the disk.
    if (this.#repairs.length > 1_000) this.#repairs = [new Blob(this.#repairs)]
  }

  async #row(): Promise<SourceRow | undefined> {
    while (this.#at >= this.#waiting.length) {
      const { value, done } = await this.#source.next()
      if (done) return undefined
      this.#waiting = value
      this.#at = 0
    }
    const row = this.#waiting[this.#at]
    this.#at += 1
    return row
  }
}

/** All rows in one body, for a dry run. */
export async function whole(opened: Opened, plan: Plan, tell: (rows: number) => void): Promise<Whole> {
  const lots = new Lots(opened, plan, 2_000)
  const parts: Blob[] = []
  const lines: number[] = []
  const bad: BadRow[] = []
  let badCount = 0
  for (let lot = await lots.next(); lot; lot = await lots.next()) {
    lots.settle(lot.number, [])
    parts.push(new Blob([lot.text]))
    for (const line of lot.lines) lines.push(line)
    badCount += lot.badCount
    bad.push(...lot.bad.slice(0, KEPT_BAD - bad.length))
    tell(lines.length + badCount)
  }
  return { body: new Blob(parts, { type: 'application/x-ndjson' }), lines: Uint32Array.from(lines), bad, badCount }
}
