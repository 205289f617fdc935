/** Times between the API, which has them in UTC, and the browser's input, which has them as the clocks are here. */

/** `2024-05-01T12:00:00`, as the clocks were here then. */
export function forInput(time: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0')
  const day = `${String(time.getFullYear()).padStart(4, '0')}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}

/** What was typed, as the API has it: `2024-05-01 10:00:00.000Z`; empty where nothing is. */
export function fromInput(typed: string): string {
  if (typed === '') return ''
  const time = new Date(typed)
  return Number.isNaN(time.getTime()) ? typed : time.toISOString().replace('T', ' ')
}
