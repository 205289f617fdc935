/** What an app writes to read and change one record, ready to paste. */

export type Language = 'curl' | 'javascript' | 'dart'

export const LANGUAGES: { value: Language; label: string }[] = [
  { value: 'curl', label: 'curl' },
  { value: 'javascript', label: 'JavaScript' },
  { value: 'dart', label: 'Dart' },
]

/** Which record, and where it is served. */
export interface Place {
  origin: string
  collection: string
  id: string
}

export function viewCode(language: Language, place: Place): string {
  const { collection, id } = place
  switch (language) {
    case 'curl':
      return `curl ${shell(address(place))} \\\n  -H "Authorization: $TOKEN"`
    case 'javascript':
      return `${javascript(place)}\n\nconst record = await pb.collection(${js(collection)}).getOne(${js(id)})`
    case 'dart':
      return `${dart(place)}\n\nfinal record = await pb.collection(${dartOf(collection)}).getOne(${dartOf(id)});`
  }
}

export function updateCode(language: Language, place: Place, body: Record<string, unknown>): string {
  const { collection, id } = place
  switch (language) {
    case 'curl':
      return [
        `curl -X PATCH ${shell(address(place))} \\`,
        `  -H "Authorization: $TOKEN" \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d ${shell(JSON.stringify(body, null, 2))}`,
      ].join('\n')
    case 'javascript':
      return `${javascript(place)}\n\nconst record = await pb.collection(${js(collection)}).update(${js(id)}, ${js(body)})`
    case 'dart':
      return `${dart(place)}\n\nfinal record = await pb.collection(${dartOf(collection)}).update(${dartOf(id)}, body: ${dartOf(body)});`
  }
}

/** The fields of a record that an example changes: the first few whose values tell something. */
export function exampleOf(row: Readonly<Record<string, unknown>>, names: readonly string[], most = 3): Record<string, unknown> {
  const isEmpty = (value: unknown): boolean =>
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  const telling = names.filter((name) => !isEmpty(row[name]))
  const chosen = (telling.length > 0 ? telling : names).slice(0, most)
  return Object.fromEntries(chosen.map((name) => [name, row[name]]))
}

function address({ origin, collection, id }: Place): string {
  return `${origin}/api/collections/${encodeURIComponent(collection)}/records/${encodeURIComponent(id)}`
}

function javascript({ origin }: Place): string {
  return `import PocketBase from 'pocketbase'\n\nconst pb = new PocketBase(${js(origin)})`
}

function dart({ origin }: Place): string {
  return `import 'package:pocketbase/pocketbase.dart';\n\nfinal pb = PocketBase(${dartOf(origin)});`
}

/** A text in single quotes, as shells take it. */
function shell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function js(value: unknown): string {
  const json = JSON.stringify(value, null, 2)
  // A text alone stands as people write it.
  return typeof value === 'string' && !/["'\\]/.test(json.slice(1, -1)) ? `'${value}'` : json
}

/** JSON is Dart, but for the sign that begins an interpolation. */
function dartOf(value: unknown): string {
  return js(value).replaceAll('$', '\\$')
}
