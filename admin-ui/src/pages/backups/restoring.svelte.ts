/** One restore, from the question to the data of then: the server makes it ready, starts anew, and answers again. */
import { restoreBackup, restoreMarks, seeServer, type RestoreMarks } from '../../api/backups'
import { ApiError } from '../../api/client'
import { schema } from '../../state/schema.svelte'
import { session } from '../../state/session.svelte'

/** How often the server is asked, in milliseconds. */
const AGAIN = 400
/** How long after the work a word of the log is waited for, where the server went away, and where it did not. */
const SETTLED = 3_000
const DOUBTFUL = 8_000

export class Restoring {
  readonly key: string
  stage: 'asked' | 'preparing' | 'away' | 'back' | 'done' | 'failed' | 'unknown' = $state('asked')
  why = $state('')
  #isOver = false

  constructor(key: string) {
    this.key = key
  }

  /** Whether the server is at it, and nobody can stop it. */
  get isUnderWay(): boolean {
    return ['preparing', 'away', 'back'].includes(this.stage)
  }

  /** @throws {ApiError} where it is refused at once. */
  async begin(): Promise<void> {
    const before = await restoreMarks()
    await restoreBackup(this.key)
    this.stage = 'preparing'
    void this.#follow(before)
  }

  /** Nobody looks any more. */
  end(): void {
    this.#isOver = true
  }

  async #follow(before: RestoreMarks): Promise<void> {
    let wasAway = false
    let idleSince: number | undefined
    while (!this.#isOver && this.isUnderWay) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN))
      try {
        const seen = await seeServer()
        if (seen === 'stranger') return this.#becomeStranger()
        if (seen === 'busy') continue
        idleSince ??= Date.now()
        if (this.stage !== 'back') this.stage = 'back'
        const now = await restoreMarks()
        if (now.failed > before.failed) {
          this.why = now.why
          this.stage = 'failed'
          return
        }
        wasAway ||= now.started !== before.started
        if (Date.now() - idleSince < (wasAway ? SETTLED : DOUBTFUL)) continue
        this.stage = wasAway ? 'done' : 'unknown'
        if (wasAway) await schema.load()
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        if (error.status === 401) return
        if (error.status !== 0) continue
        wasAway = true
        idleSince = undefined
        this.stage = 'away'
      }
    }
  }

  /** The data of then knows no such superuser, or another secret. */
  #becomeStranger(): void {
    this.stage = 'done'
    session.signOut()
  }
}
