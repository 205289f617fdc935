/** CSV that comes in pieces, cut into rows; each knows the line that it begins in. */
import Papa from 'papaparse'
import { ReadingError } from './encoding'

export type Delimiter = ',' | ';' | '\t' | '|'

export interface CsvRow {
  line: number
  cells: string[]
  /** What is wrong with how it is written. */
  fault?: string
}

/** How long a row may get, in characters: one that is longer has a quote that nobody closes. */
const LONGEST = 8 * 1024 * 1024

/** What stands between the cells, as far as the beginning of a file tells. */
export function guessDelimiter(start: string): Delimiter {
  const candidates: Delimiter[] = [',', ';', '\t', '|']
  const sample = start.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  // The last line may be cut.
  const whole = sample.includes('\n') ? sample.slice(0, sample.lastIndexOf('\n')) : sample
  const scores = candidates.map((delimiter) => {
    const { data } = Papa.parse<string[]>(whole, { delimiter, newline: '\n', preview: 20, skipEmptyLines: true })
    const wide = data[0]?.length ?? 1
    const alike = data.filter((row) => row.length === wide).length / Math.max(1, data.length)
    return wide === 1 ? 0 : alike + Math.min(wide, 50) / 1000
  })
  return candidates[scores.indexOf(Math.max(...scores))] ?? ','
}

export class CsvCutter {
  readonly #delimiter: Delimiter
  #rest = ''
  #line = 1
  /** A `\r` whose `\n` may be on its way. */
  #held = ''

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiter
  }

  /** The rows that are whole with this piece. Blank lines are none. */
  push(piece: string, isLast: boolean): CsvRow[] {
    let text = this.#held + piece
    this.#held = !isLast && text.endsWith('\r') ? '\r' : ''
    if (this.#held !== '') text = text.slice(0, -1)
    // One kind of line end is enough for whoever reads the cells.
    const input = this.#rest + text.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
    const parser = new Papa.Parser({ delimiter: this.#delimiter, newline: '\n' })
    const { data, errors, meta } = parser.parse(input, 0, !isLast) as Papa.ParseResult<string[]>
    this.#rest = isLast ? '' : input.slice(meta.cursor)
    if (this.#rest.length > LONGEST) {
      throw new ReadingError(`The row that begins in line ${this.#line + lines(data)} does not end: a quote (") of it may not be closed.`)
    }
    const unquoted = new Set(errors.map(({ row }) => row))
    return data.flatMap((cells, at) => {
      const line = this.#line
      this.#line += 1 + lineEnds(cells)
      if (cells.length === 1 && cells[0] === '') return []
      return [unquoted.has(at) ? { line, cells, fault: 'Its quotes (") do not fit each other.' } : { line, cells }]
    })
  }
}

function lines(rows: string[][]): number {
  return rows.reduce((sum, cells) => sum + 1 + lineEnds(cells), 0)
}

function lineEnds(cells: string[]): number {
  let many = 0
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) many += 1
  }
  return many
}
