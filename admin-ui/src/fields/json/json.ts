/** JSON as people type it. */
import { findFault, type Fault } from './fault'

/** Written to be read; nothing for `null`, which is what an empty field holds. */
export function formatted(value: unknown): string {
  return value === null || value === undefined ? '' : JSON.stringify(value, null, 2)
}

/** What is wrong with a text, and where; `undefined` where it is JSON or nothing. */
export function faultOf(text: string): Fault | undefined {
  return text.trim() === '' ? undefined : findFault(text)
}

/** The same in words. */
export function inWords({ message, from, path }: Fault, text: string): string {
  const before = text.slice(0, from).split('\n')
  const place = `line ${before.length}, character ${(before.at(-1)?.length ?? 0) + 1}`
  return `This is not JSON yet: ${message} (${place}${path === '' ? '' : `, in ${path}`}).`
}
