/** Reading a file on a thread of its own. */
import { startThread } from '../state/threads'
import type { Lot, Opened, Whole } from './lots'
import type { Plan } from './plan'
import { ReadingError } from './reading/encoding'
import type { How } from './reading/rows'
import type { Scan } from './scan'

export type Question =
  | { ask: 'scan'; file: File; how: How | undefined }
  | { ask: 'distinct'; file: File; how: How; places: number[]; most: number }
  | { ask: 'whole'; opened: Opened; plan: Plan }
  | { ask: 'start'; opened: Opened; plan: Plan; size: number }
  | { ask: 'next' }
  | { ask: 'settle'; number: number; refused: { at: number; reason: string }[] }
  | { ask: 'repairs' }

/** What the thread says: how far it is, what came of it, or why nothing did. */
export interface Answer {
  id: number
  done?: number
  result?: unknown
  fault?: string
}

interface Waiting {
  resolve: (result: unknown) => void
  reject: (error: Error) => void
  tell: (done: number) => void
}

export class Reader {
  readonly #worker = startThread('importer')
  readonly #waiting = new Map<number, Waiting>()
  #asked = 0

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#hear(data))
    this.#worker.addEventListener('error', () => {
      for (const { reject } of this.#waiting.values()) reject(new ReadingError('The file could not be read: its reader could not be loaded.'))
      this.#waiting.clear()
    })
  }

  scan(file: File, how: How | undefined, tell: (bytes: number) => void): Promise<Scan> {
    return this.#ask<Scan>({ ask: 'scan', file, how }, tell)
  }

  distinct(file: File, how: How, places: number[], most: number): Promise<{ at: number; values: string[]; isAll: boolean }[]> {
    return this.#ask({ ask: 'distinct', file, how, places, most })
  }

  whole(opened: Opened, plan: Plan, tell: (rows: number) => void): Promise<Whole> {
    return this.#ask<Whole>({ ask: 'whole', opened, plan }, tell)
  }

  start(opened: Opened, plan: Plan, size: number): Promise<void> {
    return this.#ask({ ask: 'start', opened, plan, size })
  }

  next(): Promise<Lot | undefined> {
    return this.#ask({ ask: 'next' })
  }

  settle(number: number, refused: { at: number; reason: string }[]): Promise<void> {
    return this.#ask({ ask: 'settle', number, refused })
  }

  repairs(): Promise<Blob> {
    return this.#ask({ ask: 'repairs' })
  }

  close(): void {
    this.#worker.terminate()
    this.#waiting.clear()
  }

  #ask<T>(question: Question, tell: (done: number) => void = () => undefined): Promise<T> {
    this.#asked += 1
    const id = this.#asked
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, tell })
      this.#worker.postMessage({ id, ...question })
    })
  }

  #hear({ id, done, result, fault }: Answer): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    if (done !== undefined) return waiting.tell(done)
    this.#waiting.delete(id)
    if (fault !== undefined) waiting.reject(new ReadingError(fault))
    else waiting.resolve(result)
  }
}
