/** How the bytes of a file become a text. */

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** What a file cannot be read for, as a sentence for whoever chose it. */
export class ReadingError extends Error {}

export const ENCODINGS: Record<Encoding, string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
  'windows-1252': 'Windows-1252',
}

/** The first bytes of files that are no texts, and what they are. */
const MAGIC: [bytes: number[], what: string][] = [
  [[0x50, 0x4b, 0x03, 0x04], 'It is a spreadsheet or another packed file. Save it as CSV first.'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'It is a document of an office program. Save it as CSV first.'],
  [[0x1f, 0x8b], 'It is compressed. Unpack it first.'],
  [[0x25, 0x50, 0x44, 0x46], 'It is a PDF, which has no rows to read.'],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], 'It is an SQLite database. The command “tuckbox import sqlite” takes it in.'],
]

/**
 * The encoding that a file's beginning tells; without a sign it is UTF-8, until a byte says otherwise.
 *
 * @throws {ReadingError} where it is no text.
 */
export function encodingOf(start: Uint8Array): Encoding {
  const begins = (bytes: number[]): boolean => bytes.every((byte, at) => start[at] === byte)
  if (begins([0xff, 0xfe])) return 'utf-16le'
  if (begins([0xfe, 0xff])) return 'utf-16be'
  const known = MAGIC.find(([bytes]) => begins(bytes))
  if (known) throw new ReadingError(known[1])
  if (start.includes(0)) throw new ReadingError('It is no text file, but CSV, TSV, JSON and NDJSON are.')
  return 'utf-8'
}

/** The file's text piece by piece; `tell` hears how many bytes were read. */
export async function* texts(file: Blob, encoding: Encoding, tell: (bytes: number) => void): AsyncGenerator<string> {
  // A byte order mark is no character.
  const decoder = new TextDecoder(encoding, { fatal: encoding === 'utf-8' })
  const PIECE = 256 * 1024
  for (let at = 0; at < file.size; at += PIECE) {
    const bytes = await file.slice(at, at + PIECE).arrayBuffer()
    tell(Math.min(at + PIECE, file.size))
    yield decoder.decode(bytes, { stream: true })
  }
  yield decoder.decode()
}
