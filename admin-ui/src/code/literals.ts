/** Values as they are written in a shell, in JavaScript and in Dart. */

/** In single quotes nothing is special but they themselves. */
export function inShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A value in JavaScript: JSON, and texts in the quotes that people use. */
export function inScript(value: unknown): string {
  const json = JSON.stringify(value, null, 2) ?? 'undefined'
  if (typeof value !== 'string') return json
  const isPlain = [...value].every((one) => one >= ' ' && !"'\\\u2028\u2029".includes(one))
  return isPlain ? `'${value}'` : json
}

/** A value in Dart, where a dollar would begin one inside a text. */
export function inDart(value: unknown): string {
  if (typeof value !== 'string') return (JSON.stringify(value, null, 2) ?? 'null').replaceAll('$', '\\$')
  const escaped = value.replaceAll(/[\\'$]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
  return `'${escaped}'`
}

/** Further lines of a value that begins in an indented line. */
export function indented(text: string, by = 2): string {
  return text.replaceAll('\n', `\n${' '.repeat(by)}`)
}
