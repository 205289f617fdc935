/** Tokens of the API, as far as whoever has them may read them. */

/** When a token ends; `undefined` where it does not say. */
export function endOf(token: string): Date | undefined {
  try {
    const payload: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
    const exp = typeof payload === 'object' && payload !== null && 'exp' in payload ? payload.exp : undefined
    return typeof exp === 'number' ? new Date(exp * 1_000) : undefined
  } catch {
    return undefined
  }
}
