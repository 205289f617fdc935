/** SQL as it is typed: cut into statements, and what each of them would do. SQLite's dialect; nothing is run here. */

export interface Token {
  kind: 'word' | 'name' | 'text' | 'number' | 'comment' | 'other'
  text: string
  from: number
}

export interface Statement {
  text: string
  /** Where it lies in what was typed, in UTF-16 units. */
  from: number
  to: number
}

const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$))|([\p{L}_][\p{L}\p{N}_$]*)|(\d[\w.]*)|(\S)/gu
const KINDS = ['comment', 'text', 'name', 'word', 'number', 'other'] as const

export function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map((found) => {
    const at = found.slice(1).findIndex((one: string | undefined) => one !== undefined)
    return { kind: KINDS[at] ?? 'other', text: found[0], from: found.index }
  })
}

const is = (token: Token | undefined, word: string): boolean => token?.kind === 'word' && token.text.toUpperCase() === word

/** The statements of a text, without the semicolons between them; comments stay with what follows them. */
export function splitSql(text: string): Statement[] {
  const found: Statement[] = []
  let tokens: Token[] = []
  // The body of a trigger has semicolons of its own.
  let depth = 0
  const end = (): void => {
    const [first, last] = [tokens[0], tokens.at(-1)]
    if (first && last && tokens.some(({ kind }) => kind !== 'comment')) {
      const to = last.from + last.text.length
      found.push({ text: text.slice(first.from, to), from: first.from, to })
    }
    tokens = []
    depth = 0
  }
  for (const token of tokensOf(text)) {
    if (token.text === ';' && depth === 0) {
      end()
      continue
    }
    tokens.push(token)
    if (is(token, 'END')) depth = Math.max(0, depth - 1)
    else if (isTrigger(tokens) && (is(token, 'BEGIN') || is(token, 'CASE'))) depth += 1
  }
  end()
  return found
}

function isTrigger(tokens: Token[]): boolean {
  const words = tokens.filter(({ kind }) => kind !== 'comment').slice(0, 3)
  return is(words[0], 'CREATE') && words.some((one) => is(one, 'TRIGGER'))
}

/** The words that a text begins with which the server runs as a change. */
const WRITES = new Set(['INSERT', 'CREATE', 'UPDATE', 'DELETE', 'DROP', 'DETACH', 'ALTER', 'REPLACE'])

/** What a statement is: it reads, it writes, or it writes in a way that the server does not take. */
export function kindOf(text: string): 'read' | 'write' | 'with-write' {
  const tokens = codeOf(text)
  const [first] = tokens
  if (first?.kind === 'word' && WRITES.has(first.text.toUpperCase())) return 'write'
  if (!is(first, 'WITH')) return 'read'
  return topLevel(tokens).some((one) => ['INSERT', 'UPDATE', 'DELETE', 'REPLACE'].some((word) => is(one, word)) && !isCalled(tokens, one)) ? 'with-write' : 'read'
}

/** `replace(…)` is a function, too. */
function isCalled(tokens: Token[], token: Token): boolean {
  return tokens[tokens.indexOf(token) + 1]?.text === '('
}

/** A statement from its first word on: the server looks at that, and comments before it would hide it. */
export function bare(text: string): string {
  const [first] = codeOf(text)
  return text.slice(first?.from ?? 0)
}

/** Whether its rows can be asked for in pages. */
export function isPageable(text: string): boolean {
  const [first] = codeOf(text)
  return ['SELECT', 'WITH', 'VALUES'].some((word) => is(first, word)) && kindOf(text) === 'read'
}

/** Whether it can be explained as a plan. */
export function isExplainable(text: string): boolean {
  const [first] = codeOf(text)
  return ['SELECT', 'WITH', 'VALUES', 'INSERT', 'UPDATE', 'DELETE', 'REPLACE'].some((word) => is(first, word))
}

export interface Effect {
  /** What it does, in a few words: `Deletes rows of posts`. */
  words: string
  /** A query that counts the rows it would change, where that can be told before. */
  countQuery?: string
  /** All rows: it has no condition. */
  isWhole: boolean
  /** Changes tables, not rows. */
  isSchema: boolean
}

/** What a statement that writes would do. */
export function effectOf(text: string): Effect {
  const tokens = codeOf(text)
  const verb = tokens[0]?.text.toUpperCase() ?? ''
  if (verb === 'DELETE') return rowsEffect(text, tokens, 'Deletes', is(tokens[1], 'FROM') ? 2 : 1)
  if (verb === 'UPDATE') return rowsEffect(text, tokens, 'Changes', is(tokens[1], 'OR') ? 3 : 1)
  if (verb === 'INSERT' || verb === 'REPLACE') {
    const at = tokens.findIndex((one) => is(one, 'INTO')) + 1
    return { words: `Adds rows to ${nameAt(tokens, at).name || 'a table'}`, isWhole: false, isSchema: false }
  }
  const what = tokens.slice(1).filter((one) => one.kind !== 'word' || !['IF', 'NOT', 'EXISTS', 'UNIQUE'].includes(one.text.toUpperCase()))
  const named = what[1] ? ` ${plain(what[1])}` : ''
  const verbs: Record<string, string> = { CREATE: 'Makes', DROP: 'Drops', ALTER: 'Alters', DETACH: 'Detaches' }
  return { words: `${verbs[verb] ?? 'Runs'} ${(what[0]?.text ?? verb).toLowerCase()}${named}`, isWhole: false, isSchema: true }
}

function rowsEffect(text: string, tokens: Token[], verb: string, at: number): Effect {
  const { name, written, next } = nameAt(tokens, at)
  const rest = topLevel(tokens.slice(next))
  const where = rest.find((one) => is(one, 'WHERE'))
  const effect: Effect = { words: `${verb} rows of ${name}`, isWhole: !where, isSchema: false }
  // With these it is not the condition alone that decides.
  const isPlain = !rest.some((one) => ['FROM', 'LIMIT', 'ORDER', 'INDEXED', 'AS'].some((word) => is(one, word)))
  if (!isPlain || written === '') return effect
  const returning = rest.find((one) => is(one, 'RETURNING'))
  const condition = where ? ` ${text.slice(where.from, returning?.from).trim()}` : ''
  return { ...effect, countQuery: `SELECT count(*) FROM ${written}${condition}` }
}

/** The name of a table at a place, with its schema where it has one. */
function nameAt(tokens: Token[], at: number): { name: string; written: string; next: number } {
  const [first, dot, second] = tokens.slice(at, at + 3)
  if (!first || first.kind === 'other') return { name: '', written: '', next: at }
  if (dot?.text === '.' && second) return { name: plain(second), written: `${first.text}.${second.text}`, next: at + 3 }
  return { name: plain(first), written: first.text, next: at + 1 }
}

function plain({ kind, text }: Token): string {
  return kind === 'name' || kind === 'text' ? text.slice(1, -1) : text
}

function codeOf(text: string): Token[] {
  return tokensOf(text).filter(({ kind }) => kind !== 'comment')
}

/** What lies in no parentheses. */
function topLevel(tokens: Token[]): Token[] {
  let depth = 0
  return tokens.filter(({ text }) => {
    if (text === '(') depth += 1
    if (text === ')') depth -= 1
    return depth === 0 && text !== ')'
  })
}

/** Where in a statement the engine's complaint belongs: the word that it names where that is there once, else all of it. */
export function placeOf(text: string, complaint: string): { from: number; to: number } {
  const whole = { from: 0, to: text.length }
  if (/incomplete input/.test(complaint)) return { from: text.length, to: text.length }
  const named =
    /near "([\s\S]+)": syntax error/.exec(complaint)?.[1] ??
    /unrecognized token: "([\s\S]+?)"\.?$/.exec(complaint)?.[1] ??
    /(?:no such (?:column|table|function|index)|ambiguous column name|has no column named):? ([^\s]+?)\.?$/.exec(complaint)?.[1]
  if (!named) return whole
  const last = named.split('.').at(-1) ?? named
  const places = tokensOf(text).filter((one) => one.kind !== 'comment' && [named, last].some((word) => plain(one).toLowerCase() === word.toLowerCase() || one.text === word))
  const [place] = places
  return place && places.length === 1 ? { from: place.from, to: place.from + place.text.length } : whole
}

export interface PlanNode {
  id: string
  detail: string
  children: PlanNode[]
}

/** The rows of EXPLAIN QUERY PLAN (id, parent, not used, detail) as the tree that they are. */
export function planTree(rows: readonly (readonly (string | null)[])[]): PlanNode[] {
  const nodes = new Map<string, PlanNode>()
  const roots: PlanNode[] = []
  for (const [id, parent, , detail] of rows) {
    const node: PlanNode = { id: id ?? '', detail: detail ?? '', children: [] }
    nodes.set(node.id, node)
    ;(nodes.get(parent ?? '')?.children ?? roots).push(node)
  }
  return roots
}
