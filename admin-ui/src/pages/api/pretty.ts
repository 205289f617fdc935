/** JSON with a line for each value, every letter of the values as it came: numbers keep their digits. */

const TOKEN = /"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g

/** What is no JSON stays as it is. */
export function pretty(text: string): string {
  try {
    JSON.parse(text)
  } catch {
    return text
  }
  let depth = 0
  let out = ''
  let last = ''
  const line = (): string => `\n${'  '.repeat(depth)}`
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '}' || token === ']') {
      depth -= 1
      out += last === '{' || last === '[' ? token : line() + token
    } else {
      if (last === '{' || last === '[' || last === ',') out += line()
      out += token === ':' ? ': ' : token
      if (token === '{' || token === '[') depth += 1
    }
    last = token
  }
  return out
}
