/** Reading the error envelope of the API: `{status, message, data: {field: {code, message, params?}}}`. */

/** One sentence a field, keyed by the field's path (`fields.0.name` for nested ones). */
export type FieldMessages = Record<string, string>

/** One code a field, for those who do different things about different errors. */
export type FieldCodes = Record<string, string>

export interface Envelope {
  message: string
  fields: FieldMessages
  codes: FieldCodes
}

const NO_MESSAGE = 'Something went wrong while processing your request.'

export function readEnvelope(body: unknown): Envelope {
  if (!isObject(body)) return { message: NO_MESSAGE, fields: {}, codes: {} }
  const message = typeof body.message === 'string' && body.message !== '' ? body.message : NO_MESSAGE
  return { message, ...fieldErrors(body.data) }
}

/** Flattens `data`; what is neither a field's error nor a map of them is left out. */
function fieldErrors(data: unknown): Pick<Envelope, 'fields' | 'codes'> {
  const found = { fields: {}, codes: {} }
  collect(data, '', found)
  return found
}

/** The messages of the fields that a form does not show, as sentences for its summary. */
export function messagesBeside(fields: FieldMessages, shown: readonly string[]): string[] {
  return Object.entries(fields)
    .filter(([path]) => !shown.includes(path))
    .map(([path, message]) => `${path}: ${message}`)
}

function collect(node: unknown, path: string, found: Pick<Envelope, 'fields' | 'codes'>): void {
  if (!isObject(node)) return
  if (typeof node.code === 'string' && typeof node.message === 'string') {
    if (path === '') return
    found.fields[path] = node.message
    found.codes[path] = node.code
    return
  }
  for (const [key, child] of Object.entries(node)) collect(child, path === '' ? key : `${path}.${key}`, found)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
