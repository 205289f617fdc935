/** The text of indexes. */

/** An index on fields of a collection, in their order; its name is free enough to be the only one so called. */
export function indexOn(collection: string, fields: readonly string[], isUnique: boolean, random = Math.random()): string {
  const end = random.toString(36).slice(2, 8)
  const columns = fields.map((field) => `\`${field}\``).join(', ')
  return `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX \`idx_${fields.join('_').slice(0, 40)}_${end}\` ON \`${collection}\` (${columns})`
}

/** What the text of an index says; `undefined` where it is none. */
export interface IndexParts {
  name: string
  unique: boolean
  /** Columns as they are named, expressions as they are written. */
  columns: string[]
  where: string
}

export function readIndex(text: string): IndexParts | undefined {
  const found =
    /^\s*CREATE\s+(UNIQUE\s+)?INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?(`[^`]+`|"[^"]+"|\[[^\]]+\]|\S+)\s+ON\s+(?:`[^`]+`|"[^"]+"|\[[^\]]+\]|[^\s(]+)\s*\((.*?)\)\s*(?:WHERE\s+(.*?))?;?\s*$/is.exec(
      text,
    )
  if (!found) return undefined
  const [, unique, name = '', columns = '', where = ''] = found
  return { name: bare(name), unique: unique !== undefined, columns: apart(columns).map(column), where }
}

/** The same index on another collection, by another name. */
export function indexCopy(text: string, collection: string, random = Math.random()): string {
  const end = random.toString(36).slice(2, 8)
  const parts = readIndex(text)
  if (!parts) return text
  const rest = text.slice(text.indexOf('('))
  return `CREATE ${parts.unique ? 'UNIQUE ' : ''}INDEX \`${parts.name.slice(0, 48)}_${end}\` ON \`${collection}\` ${rest}`
}

/** The fields whose values can be there only once, by indexes on them alone. */
export function uniqueFields(indexes: readonly string[]): string[] {
  return indexes
    .map(readIndex)
    .filter((index) => index?.unique && index.columns.length === 1)
    .map((index) => index?.columns[0] ?? '')
}

/** A list with commas between, except inside brackets. */
function apart(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const letter of text) {
    if (letter === '(') depth += 1
    if (letter === ')') depth -= 1
    if (letter === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** The name of a column, without its collation and order. */
function column(text: string): string {
  return bare(text.replace(/\s+(COLLATE\s+\S+|ASC|DESC)\b/gi, '').trim())
}

function bare(name: string): string {
  return name.replace(/^[`"[](.*)[`"\]]$/s, '$1')
}
