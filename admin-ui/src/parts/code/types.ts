/** What the code input asks of who uses it, without a word of the editor behind it. */

/** Something that is wrong, and where; in UTF-16 units. */
export interface Mark {
  message: string
  from: number
  to: number
}

/** One of what could be written. */
export interface Suggestion {
  /** What is read in the list. */
  label: string
  /** What is written, where that is not the label. */
  text?: string
  /** A few words beside it. */
  hint?: string
  /** Whether the list comes again after it, because it is a part only. */
  goesOn?: boolean
}

/** What could stand at a place instead of the text from `from` to `to`. */
export interface Suggestions {
  from: number
  to: number
  options: Suggestion[]
}

/** Tells what could be written at a place; `asked` is whether somebody asked, or only types. */
export type Suggest = (text: string, at: number, asked: boolean, signal: AbortSignal) => Suggestions | undefined | Promise<Suggestions | undefined>

export type Language = 'filter' | 'json' | 'sql'

/** The tables and their columns that SQL may name. */
export type Tables = Record<string, string[]>

export interface EditorOptions {
  parent: HTMLElement
  label: string
  text: string
  language: Language
  multiline: boolean
  placeholder: string
  suggest: Suggest | undefined
  tables: Tables | undefined
  onchange: (text: string) => void
  /** Whether Enter (Ctrl Enter, with several lines) was for somebody. */
  onsubmit: () => boolean
  /** The list of suggestions came or went. */
  onlist: (isOpen: boolean) => void
}

/** What is said of the editor to those who listen. */
export interface Described {
  label: string
  placeholder: string
  isInvalid: boolean
  /** Whether a list that lies outside belongs to it now. */
  isExpanded: boolean
}

/** The editor, as the input steers it. */
export interface Editor {
  /** What the keyboard and the screen reader are in. */
  readonly content: HTMLElement
  set(text: string): void
  mark(marks: readonly Mark[]): void
  describe(look: Described): void
  focus(): void
  select(from: number, to: number): void
  /** What is selected; both ends are the cursor where nothing is. */
  selection(): { from: number; to: number }
  /** Puts a text where the cursor is. */
  insert(text: string): void
  close(): void
}
