/** Messages of the realtime stream while somebody reads them. */
import type { StreamState } from '../../api/live'
import type { Row } from '../../api/records'
import { watchAs, type Watched } from '../../api/watching'
import { endOf } from '../../lib/token'

export interface Message {
  number: number
  at: Date
  action: 'create' | 'update' | 'delete'
  row: Row
}

/** So many messages are kept; older ones go. */
export const KEPT = 200

export class Watching {
  stream: StreamState | undefined = $state()
  /** The newest first. */
  shown: Message[] = $state.raw([])
  /** How many came since the list was stopped. */
  waiting = $state(0)
  isPaused = $state(false)
  /** What the server said against it, or why it ended. */
  fault = $state('')
  /** Nobody told what happened while the stream was away. */
  missed = $state(false)
  #all: Message[] = []
  #number = 0
  #end: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  start(watched: Watched): void {
    this.stop()
    this.fault = ''
    this.missed = false
    this.#end = watchAs(
      watched,
      {
        state: (state) => (this.stream = state),
        changed: (action, row) => this.#add({ number: ++this.#number, at: new Date(), action, row }),
        missed: () => (this.missed = true),
      },
      (message) => {
        this.stop()
        this.fault = message
      },
    )
    // A stream that comes back without a good token is a guest's, and would not say so.
    const end = endOf(watched.token)
    if (end) this.#timer = setTimeout(() => this.#over(), Math.min(end.getTime() - Date.now(), 2 ** 31 - 1))
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#end?.()
    this.#end = undefined
    this.stream = undefined
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    this.waiting = 0
    this.shown = this.#all
  }

  clear(): void {
    this.#all = []
    this.shown = []
    this.waiting = 0
  }

  #add(message: Message): void {
    this.#all = [message, ...this.#all].slice(0, KEPT)
    if (this.isPaused) this.waiting += 1
    else this.shown = this.#all
  }

  #over(): void {
    this.stop()
    this.fault = 'The token has expired. Watch again to get a new one.'
  }
}
