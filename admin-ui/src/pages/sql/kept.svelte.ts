/** What was run, and what was saved under a name, in this browser. */
import { readKept, writeKept } from '../../lib/kept'

const HISTORY = 'tuckbox_sql_history'
const SAVED = 'tuckbox_sql_saved'
const TEXT = 'tuckbox_sql_text'
const MOST = 50

export interface Past {
  text: string
  /** Milliseconds since 1970. */
  at: number
}

export interface Saved {
  name: string
  text: string
}

class Kept {
  history: Past[] = $state.raw(readKept(HISTORY, isPast))
  saved: Saved[] = $state.raw(readKept(SAVED, isSaved))

  /** What was typed last. */
  get text(): string {
    try {
      return localStorage.getItem(TEXT) ?? ''
    } catch {
      return ''
    }
  }

  type(text: string): void {
    try {
      if (text === '') localStorage.removeItem(TEXT)
      else localStorage.setItem(TEXT, text)
    } catch {
      // It lasts as long as the page, then.
    }
  }

  ran(text: string): void {
    this.history = [{ text, at: Date.now() }, ...this.history.filter((one) => one.text !== text)].slice(0, MOST)
    writeKept(HISTORY, this.history)
  }

  forgetHistory(): void {
    this.history = []
    writeKept(HISTORY, [])
  }

  /** One of the same name is replaced. */
  save(name: string, text: string): void {
    this.saved = [...this.saved.filter((one) => one.name !== name), { name, text }].sort((one, other) => one.name.localeCompare(other.name))
    writeKept(SAVED, this.saved)
  }

  forget(name: string): void {
    this.saved = this.saved.filter((one) => one.name !== name)
    writeKept(SAVED, this.saved)
  }
}

function isPast(one: unknown): one is Past {
  return typeof one === 'object' && one !== null && typeof (one as Past).text === 'string' && typeof (one as Past).at === 'number'
}

function isSaved(one: unknown): one is Saved {
  return typeof one === 'object' && one !== null && typeof (one as Saved).text === 'string' && typeof (one as Saved).name === 'string'
}

export const kept = new Kept()
