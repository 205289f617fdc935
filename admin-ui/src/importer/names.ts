/** Names for collections and fields from those of files and columns, as the server chooses them too. */

/** What no field may be called: what records have anyway, and words that filters read otherwise. */
const RESERVED = new Set(['id', 'null', 'true', 'false', '_rowid_', 'collectionid', 'collectionname', 'expand', 'created', 'updated'])

/** A name for the field of a column that none of `taken` (in lower case) has. */
export function fieldName(column: string, taken: ReadonlySet<string>): string {
  const plain = begun(word(column, 'column'))
  const name = RESERVED.has(plain.toLowerCase()) ? `source_${plain.replace(/^_+/, '')}` : plain
  return free(name.slice(0, 90), taken)
}

/** A name for a collection from the name of a file. */
export function collectionName(file: string, taken: ReadonlySet<string>): string {
  return free(begun(word(file.replace(/\.[a-z0-9]{1,8}$/i, ''), 'imported')).replace(/^_+(?=[a-z])/i, '').slice(0, 90), taken)
}

function free(name: string, taken: ReadonlySet<string>): string {
  let found = name
  for (let number = 2; taken.has(found.toLowerCase()); number += 1) found = `${name}_${number}`
  return found
}

/** Filters read what begins with a digit as a number. */
function begun(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name
}

function word(text: string, otherwise: string): string {
  // Letters with marks keep what they have in common with others.
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss')
  let name = plain.replace(/[^A-Za-z0-9_]+/g, '_')
  if (!plain.startsWith('_')) name = name.replace(/^_+/, '')
  if (!plain.endsWith('_')) name = name.replace(/_+$/, '')
  // `_via_` marks relations that are followed backwards.
  name = name.replace(/_via_/gi, '_via')
  return /^_*$/.test(name) ? otherwise : name
}
