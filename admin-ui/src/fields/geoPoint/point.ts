/** Places, as the API tells them. */

export interface Point {
  lon: number
  lat: number
}

export function readPoint(value: unknown): Point | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { lon, lat } = value as { lon?: unknown; lat?: unknown }
  return typeof lon === 'number' && typeof lat === 'number' ? { lon, lat } : undefined
}
