/** Values of fields that hold one or several. */

/** A value as a list of texts: none for an empty one. */
export function list(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value]
  return all.filter((one): one is string => typeof one === 'string' && one !== '')
}
