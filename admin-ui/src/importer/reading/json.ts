/** JSON that comes in pieces, cut into its values: an array, an object a line, or objects one after the other. */
import { ReadingError } from './encoding'

export interface JsonPiece {
  line: number
  text: string
}

/** How long a value may get, in characters. */
const LONGEST = 32 * 1024 * 1024

export class JsonCutter {
  /** `lines` once the first line was one whole value. */
  #shape: 'unknown' | 'lines' | 'objects' | 'array' | 'ended' = 'unknown'
  #buffer = ''
  /** How much of the buffer was looked at. */
  #at = 0
  #line = 1
  #depth = 0
  #inText = false
  /** Where the value that is being read begins in the buffer; -1 between values. */
  #from = -1
  #fromLine = 1
  #needsComma = false

  /** @throws {ReadingError} where the rest cannot be read. */
  push(piece: string, isLast: boolean): JsonPiece[] {
    this.#buffer += piece
    if (this.#buffer.length > LONGEST) throw new ReadingError(`The value that begins in line ${this.#fromLine} is too long, or does not end.`)
    if (this.#shape === 'unknown') this.#look(isLast)
    const pieces = this.#shape === 'lines' ? this.#cutLines(isLast) : this.#shape === 'unknown' ? [] : this.#cutValues()
    if (isLast) this.#end()
    return pieces
  }

  #look(isLast: boolean): void {
    const start = this.#buffer.trimStart()
    if (start === '') return
    if (start.startsWith('[')) {
      this.#shape = 'array'
      const at = this.#buffer.indexOf('[')
      this.#line += count(this.#buffer.slice(0, at))
      this.#buffer = this.#buffer.slice(at + 1)
      return
    }
    const end = start.indexOf('\n')
    if (end < 0 && !isLast) return
    // An object that is laid out over several lines has a first line that is no value.
    this.#shape = isWhole(end < 0 ? start : start.slice(0, end)) || !start.startsWith('{') ? 'lines' : 'objects'
  }

  #cutLines(isLast: boolean): JsonPiece[] {
    const rows = this.#buffer.split('\n')
    this.#buffer = isLast ? '' : (rows.pop() ?? '')
    return rows.flatMap((text) => {
      const line = this.#line
      this.#line += 1
      return text.trim() === '' ? [] : [{ line, text }]
    })
  }

  #cutValues(): JsonPiece[] {
    const pieces: JsonPiece[] = []
    const text = this.#buffer
    let at = this.#at
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code === 10) this.#line += 1
      if (this.#inText) {
        // What is escaped ends nothing; it may be in the next piece.
        if (code === 92) {
          if (at + 1 >= text.length) break
          at += 1
          if (text.charCodeAt(at) === 10) this.#line += 1
        } else if (code === 34) this.#inText = false
        continue
      }
      if (this.#from < 0) {
        if (code <= 32) continue
        this.#begin(text, at, code)
        if (this.#from < 0) continue
      }
      if (code === 34) this.#inText = true
      else if (code === 123 || code === 91) this.#depth += 1
      else if (code === 125 || code === 93) {
        if (this.#depth === 0) {
          // A number or a word before the end of the array.
          this.#take(pieces, text, at)
          at -= 1
        } else if ((this.#depth -= 1) === 0) this.#take(pieces, text, at + 1)
      } else if (this.#depth === 0 && (code === 44 || code === 10)) {
        this.#take(pieces, text, at)
        at -= 1
        if (code === 10) this.#line -= 1
      }
    }
    const keep = this.#from < 0 ? at : this.#from
    this.#buffer = text.slice(keep)
    this.#at = at - keep
    if (this.#from >= 0) this.#from = 0
    return pieces
  }

  /** What stands between values, or begins one. */
  #begin(text: string, at: number, code: number): void {
    const found = text.charAt(at)
    if (this.#shape === 'ended') throw new ReadingError(`Line ${this.#line}: the list has ended, and “${found}” stands behind it.`)
    if (this.#shape === 'array') {
      if (code === 93) {
        this.#shape = 'ended'
        return
      }
      if (this.#needsComma) {
        if (code !== 44) throw new ReadingError(`Line ${this.#line}: a comma or the end of the list (]) is missing before “${found}”.`)
        this.#needsComma = false
        return
      }
      if (code === 44 || code === 125 || code === 58) throw new ReadingError(`Line ${this.#line}: an object ({) is expected, but there is “${found}”.`)
    } else if (code !== 123) {
      throw new ReadingError(`Line ${this.#line}: an object ({) is expected, but there is “${found}”.`)
    }
    this.#from = at
    this.#fromLine = this.#line
  }

  #take(pieces: JsonPiece[], text: string, end: number): void {
    pieces.push({ line: this.#fromLine, text: text.slice(this.#from, end) })
    this.#from = -1
    this.#needsComma = this.#shape === 'array'
  }

  #end(): void {
    if (this.#from >= 0 || this.#shape === 'array') {
      throw new ReadingError(
        this.#from >= 0
          ? `The value that begins in line ${this.#fromLine} does not end; the file may be cut off.`
          : 'The list has no end (]); the file may be cut off.',
      )
    }
  }
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function count(text: string): number {
  return text.split('\n').length - 1
}

type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown

// Whole numbers that a float would round stay as they are written, as texts; the server does the same.
const exactly: Reviver = (_key, value, context) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source && /^-?\d+$/.test(context.source)
    ? context.source
    : value

/** The members of an object in their order; or why it is none. */
export function membersOf(text: string): { members: [name: string, value: unknown][] } | { fault: string } {
  let value: unknown
  try {
    value = /\d{16}/.test(text) ? (JSON.parse(text, exactly) as unknown) : (JSON.parse(text) as unknown)
  } catch (error) {
    return { fault: `It is no JSON: ${(error as Error).message}` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { fault: 'The row is no JSON object ({…}).' }
  return { members: Object.entries(value) }
}
