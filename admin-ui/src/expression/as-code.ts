/** A question for records as code, in the languages that clients are written in. */

export interface Asked {
  /** Where the server is, such as `https://example.com`. */
  server: string
  collection: string
  filter: string
  sort: string
}

export type CodeLanguage = 'curl' | 'javascript' | 'dart'

export function codeOf(language: CodeLanguage, asked: Asked): string {
  return { curl, javascript, dart }[language](asked)
}

function given({ filter, sort }: Asked): [name: string, value: string][] {
  const parts: [string, string][] = [['filter', filter], ['sort', sort]]
  return parts.filter(([, value]) => value !== '')
}

function curl(asked: Asked): string {
  const lines = [
    `curl -G ${inShell(`${asked.server}/api/collections/${encodeURIComponent(asked.collection)}/records`)}`,
    '-H "Authorization: $TOKEN"',
    ...given(asked).map(([name, value]) => `--data-urlencode ${inShell(`${name}=${value}`)}`),
  ]
  return lines.join(' \\\n  ')
}

/** In single quotes nothing is special but they themselves. */
function inShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function javascript(asked: Asked): string {
  const options = given(asked).map(([name, value]) => `\n  ${name}: ${inScript(value)},`)
  return `import PocketBase from 'pocketbase'

const pb = new PocketBase(${inScript(asked.server)})
const page = await pb.collection(${inScript(asked.collection)}).getList(1, 50${options.length > 0 ? `, {${options.join('')}\n}` : ''})`
}

function inScript(text: string): string {
  return text.includes("'") || /[\\\n\r\u2028\u2029]/.test(text) ? JSON.stringify(text) : `'${text}'`
}

function dart(asked: Asked): string {
  const options = given(asked).map(([name, value]) => `\n  ${name}: ${inDart(value)},`)
  return `import 'package:pocketbase/pocketbase.dart';

final pb = PocketBase(${inDart(asked.server)});
final page = await pb.collection(${inDart(asked.collection)}).getList(
  page: 1,
  perPage: 50,${options.join('')}
);`
}

/** A dollar would begin a value there. */
function inDart(text: string): string {
  return `'${text.replaceAll(/[\\'$]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`
}
