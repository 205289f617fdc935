/** Statements on their way, and what came of them. */
import { ApiError } from '../../api/client'
import { LONGEST, MOST_ROWS, readSql, readSqlFrom, writeSql, type SqlColumn } from '../../api/sql'
import { bare, effectOf, isPageable, kindOf, placeOf, planTree, type PlanNode, type Statement } from '../../lib/sql'
import { schema } from '../../state/schema.svelte'

interface Common {
  id: number
  /** What was run. */
  text: string
  ms: number
}

export interface Rows extends Common {
  kind: 'rows'
  columns: SqlColumn[]
  rows: (string | null)[][]
  /** There may be more of them. */
  hasMore: boolean
}

export type Result =
  | Rows
  | (Common & { kind: 'written'; statements: number; affected: number; isSchema: boolean })
  | (Common & { kind: 'plan'; nodes: PlanNode[] })
  | (Common & { kind: 'failed'; message: string })
  | (Common & { kind: 'stopped' })

/** What is wrong, and where in what was typed. */
export interface Fault {
  message: string
  from: number
  to: number
}

/** What is sent as one: a statement that reads, or several after each other that write. */
interface Part {
  kind: 'read' | 'write'
  statements: Statement[]
}

/** Statements that write after each other are one transaction: all of them hold, or none. */
export function partsOf(statements: readonly Statement[]): Part[] {
  const parts: Part[] = []
  for (const statement of statements) {
    const kind = kindOf(statement.text) === 'write' ? 'write' : 'read'
    const last = parts.at(-1)
    if (kind === 'write' && last?.kind === 'write') last.statements.push(statement)
    else parts.push({ kind, statements: [statement] })
  }
  return parts
}

const textOf = ({ statements }: Part): string => statements.map(({ text }) => bare(text)).join(';\n')

export class Running {
  results: Result[] = $state.raw([])
  chosen = $state(0)
  fault: Fault | undefined = $state.raw()
  isBusy = $state(false)
  isFetching = $state(false)
  #asking: AbortController | undefined
  #next = 1

  /** Runs them in their order, up to the first that fails. */
  async run(statements: readonly Statement[]): Promise<void> {
    await this.#each(partsOf(statements), async (part, signal) => {
      const text = textOf(part)
      const [first] = part.statements
      if (part.kind === 'write') {
        const { execTime, affectedRows } = await writeSql(text, signal)
        const isSchema = part.statements.some((one) => effectOf(one.text).isSchema)
        if (isSchema || /_collections/i.test(text)) await schema.load()
        return { kind: 'written', text, ms: execTime, statements: part.statements.length, affected: affectedRows, isSchema: effectOf(part.statements.at(-1)?.text ?? '').isSchema }
      }
      const { columns, rows, execTime } = await readSql(text, signal)
      const hasMore = rows.length >= MOST_ROWS && isPageable(first?.text ?? '')
      return { kind: 'rows', text, ms: execTime, columns, rows, hasMore }
    })
  }

  /** How the engine would go about them. */
  async explain(statements: readonly Statement[]): Promise<void> {
    const parts = statements.map((one): Part => ({ kind: 'read', statements: [one] }))
    await this.#each(parts, async (part, signal) => {
      const text = textOf(part)
      const { rows, execTime } = await readSql(`EXPLAIN QUERY PLAN ${text}`, signal)
      return { kind: 'plan', text, ms: execTime, nodes: planTree(rows) }
    })
  }

  /** Fetches the next rows of a result. */
  async more(result: Rows): Promise<void> {
    if (this.isFetching) return
    this.isFetching = true
    const asking = (this.#asking = new AbortController())
    try {
      const { rows } = await readSqlFrom(result.text, result.rows.length, asking.signal)
      const longer: Rows = { ...result, rows: [...result.rows, ...rows], hasMore: rows.length >= MOST_ROWS }
      this.results = this.results.map((one) => (one === result ? longer : one))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!error.aborted) this.fault = { message: `There are no further rows. ${said(error)}`, from: 0, to: 0 }
    } finally {
      this.isFetching = false
    }
  }

  stop(): void {
    this.#asking?.abort()
  }

  async #each(parts: Part[], work: (part: Part, signal: AbortSignal) => Promise<Unnumbered>): Promise<void> {
    if (this.isBusy) return
    this.isBusy = true
    this.fault = undefined
    const asking = (this.#asking = new AbortController())
    const results: Result[] = []
    const add = (result: Unnumbered): void => {
      results.push({ ...result, id: this.#next++ })
      this.results = [...results]
      this.chosen = results.length - 1
    }
    try {
      for (const part of parts) {
        const failed = await this.#one(part, work, asking.signal, add)
        if (failed) break
      }
    } finally {
      this.isBusy = false
    }
  }

  async #one(part: Part, work: (part: Part, signal: AbortSignal) => Promise<Unnumbered>, signal: AbortSignal, add: (result: Unnumbered) => void): Promise<boolean> {
    const text = textOf(part)
    const began = performance.now()
    try {
      if (new TextEncoder().encode(text).length > LONGEST - 100) throw new ApiError(400, `A statement has at most ${LONGEST} bytes. Run it in parts, or with “tuckbox sql”.`)
      add(await work(part, signal))
      return false
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const ms = Math.round(performance.now() - began)
      if (error.aborted || signal.aborted) add({ kind: 'stopped', text, ms })
      else {
        const message = said(error)
        add({ kind: 'failed', text, ms, message })
        this.fault = { message, ...faultPlace(part, message) }
      }
      return true
    }
  }
}

type Unnumbered = Result extends infer One ? (One extends Result ? Omit<One, 'id'> : never) : never

/** Of several statements the one is meant in which the word stands; where that is not clear, all of them. */
function faultPlace({ statements }: Part, message: string): { from: number; to: number } {
  const places = statements.map(({ text, from }) => ({ text, from, place: placeOf(text, message) }))
  const exact = places.filter(({ text, place }) => place.from > 0 || place.to < text.length)
  const [found] = exact.length === 1 ? exact : places
  if (found && (exact.length === 1 || places.length === 1)) return { from: found.from + found.place.from, to: found.from + found.place.to }
  return { from: statements[0]?.from ?? 0, to: statements.at(-1)?.to ?? 0 }
}

/** What the engine said, without what the server says before it. */
function said(error: ApiError): string {
  const message = (error.fields.query ?? error.message).replace(/^Failed to execute query\. Raw error:\s*/, '')
  return /attempt to write a readonly database/.test(message) ? 'This writes, but starts like a query that reads. Start it with INSERT, UPDATE or DELETE.' : message
}
