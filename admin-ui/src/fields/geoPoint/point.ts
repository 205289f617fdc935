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

/** The place of a pasted text: `latitude, longitude`, or what addresses of maps hold (`@59.9,10.7`, `#map=5/59.9/10.7`). */
export function pasted(text: string): Point | undefined {
  const number = String.raw`(-?\d{1,3}(?:\.\d+)?)`
  const found =
    new RegExp(String.raw`^\s*${number}\s*[,;]\s*${number}\s*$`).exec(text) ??
    new RegExp(`@${number},${number}`).exec(text) ??
    new RegExp(String.raw`#map=\d+(?:\.\d+)?/${number}/${number}`).exec(text) ??
    new RegExp(`[?&](?:q|ll|query)=${number},${number}`).exec(text)
  if (!found?.[1] || !found[2]) return undefined
  const [lat, lon] = [Number(found[1]), Number(found[2])]
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : undefined
}
