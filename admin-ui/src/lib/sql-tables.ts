/** Which tables a query reads, as far as its text says it. */
import { tokensOf, type Token } from './sql'

/** What ends a list of tables, so that a comma does not lead on to another one. */
const ENDS = new Set(['WHERE', 'GROUP', 'ORDER', 'HAVING', 'LIMIT', 'UNION', 'EXCEPT', 'INTERSECT', 'SELECT', 'WINDOW', 'VALUES'])

/** The names after FROM and JOIN, each once, in their order; names that the query itself gives with WITH are none. */
export function tablesOf(query: string): string[] {
  const tokens = tokensOf(query).filter(({ kind }) => kind !== 'comment')
  const own = new Set(tokens.flatMap((token, at) => (isGiven(tokens, at) ? [plain(token).toLowerCase()] : [])))
  const found = new Map<string, string>()
  // One entry for each bracket that is open: whether a list of tables is being read in it.
  const lists = [false]
  let isNext = false
  for (const [at, token] of tokens.entries()) {
    const word = token.kind === 'word' ? token.text.toUpperCase() : ''
    if (token.text === '(') {
      lists.push(isNext)
      continue
    }
    if (token.text === ')') {
      if (lists.length > 1) lists.pop()
      isNext = false
      continue
    }
    const depth = lists.length - 1
    if (word === 'FROM' || word === 'JOIN') {
      lists[depth] = isNext = true
      continue
    }
    if (ENDS.has(word)) lists[depth] = isNext = false
    else if (token.text === ',') isNext = lists[depth] ?? false
    else if (isNext) {
      isNext = false
      // What calls is a function that gives rows.
      if (!['word', 'name'].includes(token.kind) || tokens[at + 1]?.text === '(') continue
      const name = tokens[at + 1]?.text === '.' && tokens[at + 2] ? plain(tokens[at + 2] as Token) : plain(token)
      if (!own.has(name.toLowerCase()) && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), name)
    }
  }
  return [...found.values()]
}

/** Whether a name is given to a query: `WITH name AS (`, with or without its columns. */
function isGiven(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]
  if (!before || !(['WITH', 'RECURSIVE'].includes(before.text.toUpperCase()) || before.text === ',')) return false
  if (!tokens.slice(0, at).some((one) => one.kind === 'word' && one.text.toUpperCase() === 'WITH')) return false
  let next = at + 1
  if (tokens[next]?.text === '(') while (next < tokens.length && tokens[next++]?.text !== ')');
  if (tokens[next]?.text.toUpperCase() !== 'AS') return false
  const after = tokens[next + 1]?.text.toUpperCase()
  return after === '(' || after === 'MATERIALIZED' || after === 'NOT'
}

function plain({ kind, text }: Token): string {
  return kind === 'name' ? text.slice(1, -1) : text
}
