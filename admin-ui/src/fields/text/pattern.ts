/** Whether a text fits the pattern of its field, as far as a browser can tell. */

/** `undefined` where the browser does not understand the pattern: the server has its own way of reading them. */
export function fits(pattern: string, text: string): boolean | undefined {
  try {
    return new RegExp(pattern, 'u').test(text)
  } catch {
    return undefined
  }
}
