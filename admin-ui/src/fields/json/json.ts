/** JSON as people type it. */

/** Written to be read; nothing for `null`, which is what an empty field holds. */
export function formatted(value: unknown): string {
  return value === null || value === undefined ? '' : JSON.stringify(value, null, 2)
}

/** What is wrong with a text, and where; `undefined` where it is JSON or nothing. */
export function faultOf(text: string): string | undefined {
  if (text.trim() === '') return undefined
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const told = error instanceof SyntaxError ? error.message : ''
    const at = /position (\d+)/.exec(told)?.[1]
    if (at === undefined) return 'This is not JSON yet.'
    const before = text.slice(0, Number(at)).split('\n')
    return `This is not JSON: something is wrong in line ${before.length}, character ${(before.at(-1)?.length ?? 0) + 1}.`
  }
}
