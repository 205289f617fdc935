/** What is typed into the filter bar: an expression of the API, or plain words to look for. */

/** Whether a text is an expression: an operator with something on both sides, outside of quotes. */
export function isExpression(text: string): boolean {
  const bare = text.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""')
  return /[\w.:@)\]"]\s*(?:\?)?(?:!=|>=|<=|=|!~|~|>|<)\s*[\w@("'.-]|&&|\|\|/.test(bare)
}
