/** The backups and what is done to them. It outlives the page: work goes on while one is elsewhere. */
import {
  activeBackup,
  createBackup,
  deleteBackup,
  listBackups,
  seeServer,
  uploadBackup,
  verifyBackup,
  type ActiveBackup,
  type Backup,
} from '../../api/backups'
import { ApiError } from '../../api/client'
import { size } from '../../lib/words'
import { toasts } from '../../state/toasts.svelte'

/** How often the server is asked what it does, in milliseconds: while something is under way, and otherwise. */
const BUSY = 700
const IDLE = 5_000

/** What is under way: as the server tells it, or as much as is known here. */
export type Running = Pick<ActiveBackup, 'kind' | 'key' | 'step' | 'done' | 'total'>

interface Uploading {
  key: string
  sent: number
  total: number
  stop: () => void
}

class Backups {
  list: Backup[] | undefined = $state.raw()
  failure = $state('')
  upload: Uploading | undefined = $state()
  #active: ActiveBackup | null = $state.raw(null)
  /** What was asked for here and has not answered yet. */
  #own: Running | undefined = $state.raw()
  /** The server is at work and does not say on what. */
  #isBusy = $state(false)

  /** Something is made, read back or restored; what comes meanwhile is refused. */
  readonly running: Running | undefined = $derived.by(() => {
    if (this.#active && this.#active.kind !== 'upload') return this.#active
    if (this.#own) return this.#own
    return this.#isBusy ? { kind: 'create', key: '', step: '', done: 0, total: null } : undefined
  })

  /** Asks for the list, and for what is done as long as the page is there; gives the end of it. */
  watch(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    const look = async (): Promise<void> => {
      if (document.visibilityState === 'visible') await this.#look()
      if (!isOver) timer = setTimeout(() => void look(), this.running ? BUSY : IDLE)
    }
    void this.load()
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }

  async load(): Promise<void> {
    try {
      this.list = await listBackups()
      this.failure = ''
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!error.aborted) this.failure = error.message
    }
  }

  /** @throws {ApiError} where it is refused at once; what fails later is told in a message. */
  async create(name: string): Promise<void> {
    await this.#work({ kind: 'create', key: name }, () => createBackup(name))
    toasts.done(name === '' ? 'A backup is made and verified' : `${name} is made and verified`)
  }

  async verify(key: string): Promise<void> {
    try {
      await this.#work({ kind: 'verify', key }, async () => {
        const { problem } = await verifyBackup(key)
        if (problem === '') toasts.done(`${key} is verified`)
        else toasts.failed(`${key} is damaged: ${problem}`)
      })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      toasts.failed(`${key} could not be verified. ${error.message}`)
    }
  }

  /** Sends a file; the message at the end tells how it went. */
  async send(file: File): Promise<void> {
    const sending = new AbortController()
    this.upload = { key: file.name, sent: 0, total: file.size, stop: () => sending.abort() }
    try {
      await uploadBackup(file, {
        signal: sending.signal,
        onprogress: (sent, total) => {
          if (this.upload) Object.assign(this.upload, { sent, total })
        },
      })
      toasts.done(`${file.name} is here, ${size(file.size)}`)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.aborted || sending.signal.aborted) toasts.done(`The upload of ${file.name} was stopped`)
      else toasts.failed(`${file.name} was not taken. ${error.fields.file ?? error.message}`)
    } finally {
      this.upload = undefined
      await this.load()
    }
  }

  /** @throws {ApiError} */
  async remove(key: string): Promise<void> {
    await deleteBackup(key)
    await this.load()
  }

  async #work(what: Pick<Running, 'kind' | 'key'>, work: () => Promise<void>): Promise<void> {
    this.#own = { ...what, step: '', done: 0, total: null }
    try {
      await work()
    } finally {
      this.#own = undefined
      this.#active = null
      await this.load()
    }
  }

  async #look(): Promise<void> {
    const before = this.running
    try {
      const active = await activeBackup()
      this.#active = active ?? null
      this.#isBusy = active === undefined && !this.#own && (await seeServer()) === 'busy'
    } catch (error) {
      // It is asked again soon; who is not signed in any more is told elsewhere.
      if (!(error instanceof ApiError)) throw error
      return
    }
    // Whoever began it elsewhere has ended.
    if (before && !this.running) await this.load()
  }
}

export const backups = new Backups()
