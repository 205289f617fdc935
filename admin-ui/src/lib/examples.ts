/** The commands that the pages show, ready to paste. */

/** Making a superuser without the set-up link. */
export const CREATE_SUPERUSER = 'tuckbox superuser create you@example.com A_LONG_PASSWORD'

/** Listing the records of a collection with curl. */
export function listWithCurl(origin: string, collection: string): string {
  return `curl ${shellQuoted(`${origin}/api/collections/${encodeURIComponent(collection)}/records`)}`
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
