/** A first look at a file: all rows are read, some are kept. */
import { guessDelimiter } from './reading/csv'
import { encodingOf, ReadingError } from './reading/encoding'
import { Rows, type How } from './reading/rows'
import { Observer, type Guess } from './guess'
import { textOf } from './repair'

/** A row that cannot be imported. */
export interface BadRow {
  line: number
  reason: string
}

export interface Scan {
  how: How
  columns: string[]
  guesses: Guess[]
  rows: number
  /** The first rows as texts, with their lines. */
  sample: { line: number; cells: string[] }[]
  /** Rows that are not written as they should be; the first of them, and how many there are. */
  bad: BadRow[]
  badCount: number
  /** What a person should know about the file, as sentences. */
  notes: string[]
}

/** How many rows are shown, how much of a value, and how many bad rows are kept. */
export const [SHOWN, SHOWN_TEXT, KEPT_BAD] = [50, 200, 100]

/** How a file is read, as far as its name and its beginning tell. @throws {ReadingError} */
export async function detect(file: File): Promise<How> {
  const start = new Uint8Array(await file.slice(0, 64 * 1024).arrayBuffer())
  const encoding = encodingOf(start)
  const text = new TextDecoder(encoding).decode(start)
  const isNamed = /\.(csv|tsv|tab|txt)$/i.test(file.name) ? 'csv' : /\.(json|jsonl|ndjson)$/i.test(file.name) ? 'json' : undefined
  if ((isNamed ?? (/^\s*[[{]/.test(text) ? 'json' : 'csv')) === 'json') return { format: 'json', encoding }
  const delimiter = guessDelimiter(text)
  return { format: 'csv', encoding, delimiter, header: true }
}

/** Reads a file whole. Where nobody says how, it finds out itself; `tell` hears how many bytes were read. */
export async function scan(file: File, asked: How | undefined, tell: (bytes: number) => void): Promise<Scan> {
  if (file.size === 0) throw new ReadingError('It is empty.')
  const how = asked ?? (await detect(file))
  try {
    const found = await look(file, how, tell)
    if (asked || how.format === 'json' || !found.startsWithValues) return found.scan
    return (await look(file, { ...how, header: false }, tell)).scan
  } catch (error) {
    // A byte that UTF-8 does not have: the old encoding of western spreadsheets is what is left.
    if (!(error instanceof TypeError) || how.encoding !== 'utf-8') throw error
    return scan(file, { ...how, encoding: 'windows-1252' }, tell)
  }
}

async function look(file: File, how: How, tell: (bytes: number) => void): Promise<{ scan: Scan; startsWithValues: boolean }> {
  const rows = new Rows(how)
  const observers: Observer[] = []
  const found: Scan = { how, columns: rows.columns, guesses: [], rows: 0, sample: [], bad: [], badCount: 0, notes: [] }
  for await (const some of rows.read(file, tell)) {
    for (const row of some) {
      found.rows += 1
      if (found.sample.length < SHOWN) {
        found.sample.push({ line: row.line, cells: Array.from(row.values, (value) => textOf(value).slice(0, SHOWN_TEXT)) })
      }
      if (row.fault !== undefined) {
        found.badCount += 1
        if (found.bad.length < KEPT_BAD) found.bad.push({ line: row.line, reason: row.fault })
        continue
      }
      for (let at = observers.length; at < rows.columns.length; at += 1) observers.push(new Observer(how.format === 'csv'))
      for (let at = 0; at < row.values.length; at += 1) observers[at]?.see(row.values[at])
    }
  }
  for (let at = observers.length; at < rows.columns.length; at += 1) observers.push(new Observer(how.format === 'csv'))
  const good = found.rows - found.badCount
  found.guesses = observers.map((observer) => observer.guess(good))
  found.notes = notesOf(rows, how)
  return { scan: found, startsWithValues: rows.columns.some((name) => /^-?\d+([.,]\d+)*$|^\d{4}-\d\d-\d\d/.test(name)) }
}

function notesOf(rows: Rows, how: How): string[] {
  const notes: string[] = []
  if (how.encoding === 'windows-1252') notes.push('It is not in UTF-8; it is read as Windows-1252. Look whether letters such as ä and é are right.')
  if (how.encoding.startsWith('utf-16')) notes.push('It is in UTF-16, not in UTF-8; it is read as such.')
  if (rows.doubled.size > 0) notes.push(`The header has ${[...rows.doubled].slice(0, 5).map((name) => `“${name}”`).join(', ')} more than once; the further ones have a number.`)
  if (rows.unnamed > 0) notes.push(`${rows.unnamed === 1 ? 'One column has no name' : `${rows.unnamed} columns have no name`} in the header.`)
  return notes
}


/** The different values of some columns, no more than `most` of each. */
export async function distinct(file: File, how: How, places: number[], most: number): Promise<{ at: number; values: string[]; isAll: boolean }[]> {
  const found = places.map((at) => ({ at, values: new Set<string>(), isAll: true }))
  for await (const some of new Rows(how).read(file, () => undefined)) {
    for (const row of some) {
      if (row.fault !== undefined) continue
      for (const one of found) {
        const value = row.values[one.at]
        for (const text of Array.isArray(value) ? value.map(textOf) : [textOf(value)]) {
          if (text === '' || one.values.has(text)) continue
          if (one.values.size >= most) one.isAll = false
          else one.values.add(text)
        }
      }
    }
  }
  return found.map(({ at, values, isAll }) => ({ at, values: [...values], isAll }))
}
