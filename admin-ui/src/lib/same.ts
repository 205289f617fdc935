/** Whether two values of a field are one and the same. */

export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => isSame(item, other[at]))
  }
  if (one instanceof File || other instanceof File) return false
  return JSON.stringify(one) === JSON.stringify(other)
}
