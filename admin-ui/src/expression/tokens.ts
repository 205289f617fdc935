/** Filters and rules as tokens. What is no token yet, because it is being typed, is one of kind `wrong`. */

export type TokenKind = 'name' | 'number' | 'text' | 'operator' | 'join' | 'open' | 'close' | 'comma' | 'comment' | 'wrong'

export interface Token {
  kind: TokenKind
  text: string
  from: number
  to: number
}

export const OPERATORS = ['=', '!=', '>', '>=', '<', '<=', '~', '!~'] as const
export type Operator = (typeof OPERATORS)[number]

const WHOLE = /"(?:\\[^]|[^"\\])*"|'(?:\\'|[^'])*'/y
const TOKEN =
  /(?<comment>\/\/[^\n]*)|(?<text>["'][^]*$)|(?<number>-?\d+(?:\.\d+)?(?![\w.:@#]))|(?<name>[A-Za-z@_#][\w.:]*)|(?<join>[&|]+)|(?<operator>[=!?<>~]+)|(?<open>\()|(?<close>\))|(?<comma>,)|(?<wrong>[^\s])/y

export function tokensOf(text: string): Token[] {
  const found: Token[] = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at++
      continue
    }
    WHOLE.lastIndex = TOKEN.lastIndex = at
    const whole = WHOLE.exec(text)?.[0]
    const match = whole === undefined ? TOKEN.exec(text) : undefined
    const [kind, part] = whole === undefined ? named(match?.groups) : (['text', whole] as const)
    found.push({ kind, text: part, from: at, to: at + part.length })
    at += Math.max(1, part.length)
  }
  return found.map(judged)
}

function named(groups: Record<string, string | undefined> | undefined): [TokenKind, string] {
  for (const [kind, part] of Object.entries(groups ?? {})) if (part !== undefined) return [kind as TokenKind, part]
  return ['wrong', '']
}

function judged(token: Token): Token {
  const isWhole =
    token.kind === 'operator' ? OPERATORS.some((one) => one === token.text.replace(/^\?/, ''))
    : token.kind === 'join' ? token.text === '&&' || token.text === '||'
    : token.kind === 'text' ? isClosed(token.text)
    : true
  return isWhole || token.kind === 'text' ? token : { ...token, kind: 'wrong' }
}

/** Whether a text has its last quote. */
export function isClosed(text: string): boolean {
  WHOLE.lastIndex = 0
  return WHOLE.exec(text)?.[0] === text
}

/** A text as filters write it. */
export function quoted(text: string): string {
  // Single quotes know no escapes but their own.
  const isPlain = [...text].every((one) => one >= ' ' && one !== "'" && one !== '\\')
  return isPlain ? `'${text}'` : JSON.stringify(text)
}

/** What a quoted text says; one without its last quote is read as far as it goes. */
export function unquoted(text: string): string {
  const quote = text[0] ?? ''
  const inner = isClosed(text) ? text.slice(1, -1) : text.slice(1)
  if (quote === "'") return inner.replaceAll("\\'", "'")
  return inner.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/g, (_, code: string | undefined, letter: string | undefined) =>
    code === undefined ? (ESCAPES[letter ?? ''] ?? letter ?? '') : String.fromCharCode(parseInt(code, 16)),
  )
}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
