/** Lists in pieces. */

/** The items in lots of the same size; the last one may be smaller. */
export function lots<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}
