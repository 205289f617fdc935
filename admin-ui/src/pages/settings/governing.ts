/** Which flag or variable stands above a setting. */
import type { Configured } from '../../api/settings'

/** What decided over a value, unless it is the default, which decides nothing. */
export function governing(path: string, configured: readonly Configured[]): Configured | undefined {
  return configured.find(({ name, source }) => name === path && source !== 'default' && source !== 'settings' && source !== '')
}

/** Who decided, as a sentence. */
export function told({ name, value, source, variable }: Configured): string {
  const by = variable ? `the variable ${variable}` : source === 'flag' ? `the flag --${name}` : source
  return `Decided by ${by}${value ? `: ${value}` : ''}.`
}
