/** The text of indexes. */

/** An index on one field of a collection; its name is free enough to be the only one so called. */
export function indexOn(collection: string, field: string, isUnique: boolean, random = Math.random()): string {
  const end = random.toString(36).slice(2, 8)
  return `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX \`idx_${field}_${end}\` ON \`${collection}\` (\`${field}\`)`
}
