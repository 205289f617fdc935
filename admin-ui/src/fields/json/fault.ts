/** What is wrong with a text that is to be JSON, where, and within what. The browser's own words often leave the place out. */

export interface Fault {
  message: string
  /** In UTF-16 units. */
  from: number
  to: number
  /** As in `items[2].name`; empty at the outermost level. */
  path: string
}

/** The first fault; `undefined` where the text is JSON. */
export function findFault(text: string): Fault | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return new Reader(text).read()
  }
}

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?(?![\w.])/y
const WORD = /(true|false|null)(?!\w)/y
// eslint-disable-next-line no-control-regex -- JSON has none in its texts
const STRING = /"([^"\\\u0000-\u001f]|\\(["\\/bfnrt]|u[\da-fA-F]{4}))*"/y
/** What one means by a word: as far as it goes. */
const REST = /[^\s,:[\]{}"]+|./y

/** Ends the reading. */
class Found extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message)
  }
}

class Reader {
  readonly #text: string
  #at = 0
  readonly #path: (string | number)[] = []

  constructor(text: string) {
    this.#text = text
  }

  read(): Fault {
    try {
      this.#value()
      this.#take(SPACE)
      this.#fail('there is something behind the end')
    } catch (error) {
      if (error instanceof Found) return error.fault
      // It is nested deeper than a browser reads.
      return { message: 'it cannot be read', from: 0, to: 0, path: '' }
    }
  }

  #value(): void {
    this.#take(SPACE)
    const next = this.#text[this.#at]
    if (next === '{') return this.#list('}', () => this.#member())
    if (next === '[') return this.#list(']', (at) => this.#within(at))
    if (next === '"') return this.#string()
    if (this.#take(NUMBER) === undefined && this.#take(WORD) === undefined) {
      this.#fail(next === "'" ? 'texts stand in double quotes' : 'a value is missing')
    }
  }

  /** What stands between brackets, with commas in between. */
  #list(end: '}' | ']', one: (at: number) => void): void {
    this.#at += 1
    for (let count = 0; ; count += 1) {
      this.#take(SPACE)
      if (this.#text[this.#at] === end) {
        if (count > 0) this.#fail('the comma before it is one too many')
        break
      }
      one(count)
      this.#take(SPACE)
      const next = this.#text[this.#at]
      if (next === end) break
      if (next !== ',') this.#fail(`a comma or ${end} is missing`)
      this.#at += 1
    }
    this.#at += 1
  }

  #member(): void {
    const from = this.#at
    if (this.#text[from] !== '"') this.#fail('names stand in double quotes')
    this.#string()
    const name = JSON.parse(this.#text.slice(from, this.#at)) as string
    this.#take(SPACE)
    if (this.#text[this.#at] !== ':') this.#fail('a colon is missing')
    this.#at += 1
    this.#within(name)
  }

  #within(step: string | number): void {
    this.#path.push(step)
    this.#value()
    this.#path.pop()
  }

  #string(): void {
    if (this.#take(STRING) !== undefined) return
    const end = this.#text.indexOf('\n', this.#at)
    this.#fail('the text has no end, or a \\ that means nothing', end < 0 ? this.#text.length : end)
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #fail(message: string, end?: number): never {
    REST.lastIndex = this.#at
    const to = end ?? this.#at + (REST.exec(this.#text)?.[0].length ?? 0)
    const path = this.#path.reduce<string>((all, step) => all + stepOf(step, all === ''), '')
    throw new Found({ message, from: this.#at, to, path })
  }
}

function stepOf(step: string | number, isFirst: boolean): string {
  if (typeof step === 'number') return `[${step}]`
  return /^[A-Za-z_$][\w$]*$/.test(step) ? `${isFirst ? '' : '.'}${step}` : `[${JSON.stringify(step)}]`
}
