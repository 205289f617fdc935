/** The rows of a file, whatever its format: values side by side under the names of columns. */
import { CsvCutter, type Delimiter } from './csv'
import { ReadingError, texts, type Encoding } from './encoding'
import { JsonCutter, membersOf } from './json'

export type How =
  | { format: 'csv'; encoding: Encoding; delimiter: Delimiter; header: boolean }
  | { format: 'json'; encoding: Encoding }

export interface SourceRow {
  line: number
  /** By the place of their column. Cells of CSV are texts; what a JSON object has not is `undefined`. */
  values: unknown[]
  /** Why it cannot be imported, whatever it goes to. */
  fault?: string
}

/** How many columns a file may have. */
const MOST_COLUMNS = 2_000

/** Reads a file once from its beginning to its end. */
export class Rows {
  /** Their names, as far as they are known: JSON has new ones at any place. Each is there once. */
  readonly columns: string[] = []
  /** Names that stand in the header more than once, and how many have none. */
  readonly doubled = new Set<string>()
  unnamed = 0
  readonly #places = new Map<string, number>()
  readonly #how: How

  constructor(how: How) {
    this.#how = how
  }

  /** Its rows as they come, some at a time. @throws {ReadingError} */
  async *read(file: Blob, tell: (bytes: number) => void): AsyncGenerator<SourceRow[]> {
    const how = this.#how
    const csv = how.format === 'csv' ? new CsvCutter(how.delimiter) : undefined
    const json = new JsonCutter()
    const cut = (piece: string, isLast: boolean): SourceRow[] =>
      csv ? this.#cells(csv.push(piece, isLast)) : json.push(piece, isLast).map(({ line, text }) => this.#object(line, text))
    for await (const piece of texts(file, how.encoding, tell)) yield cut(piece, false)
    yield cut('', true)
  }

  #cells(rows: { line: number; cells: string[]; fault?: string }[]): SourceRow[] {
    const first = this.columns.length === 0 ? rows[0] : undefined
    const isHeader = first !== undefined && this.#how.format === 'csv' && this.#how.header
    if (first) {
      if (first.cells.length > MOST_COLUMNS) throw tooMany()
      first.cells.forEach((cell, at) => this.#name(isHeader ? cell.trim() : '', at))
      if (!isHeader) this.unnamed = 0
    }
    const wide = this.columns.length
    return (isHeader ? rows.slice(1) : rows).map(({ line, cells, fault }) => {
      const row: SourceRow = { line, values: cells }
      const ragged = cells.length === wide ? undefined : `The row has ${cellsOf(cells.length)}, and ${isNamed(this.#how) ? 'the header' : 'the first one'} has ${wide}.`
      const wrong = fault ?? ragged
      return wrong === undefined ? row : { ...row, fault: wrong }
    })
  }

  #name(cell: string, at: number): void {
    if (cell === '') this.unnamed += 1
    const plain = cell === '' ? `Column ${at + 1}` : cell
    if (this.#places.has(plain)) this.doubled.add(plain)
    let name = plain
    for (let number = 2; this.#places.has(name); number += 1) name = `${plain} (${number})`
    this.#add(name)
  }

  #object(line: number, text: string): SourceRow {
    const read = membersOf(text)
    if ('fault' in read) return { line, values: [text.trim().slice(0, 200)], fault: read.fault }
    const values: unknown[] = []
    for (const [name, value] of read.members) values[this.#places.get(name) ?? this.#add(name)] = value
    return { line, values }
  }

  #add(name: string): number {
    if (this.columns.length >= MOST_COLUMNS) throw tooMany()
    this.#places.set(name, this.columns.length)
    return this.columns.push(name) - 1
  }
}

function isNamed(how: How): boolean {
  return how.format === 'csv' && how.header
}

function cellsOf(many: number): string {
  return many === 1 ? '1 cell' : `${many} cells`
}

function tooMany(): ReadingError {
  return new ReadingError(`It has more than ${MOST_COLUMNS} columns, which is more than a collection can use.`)
}
