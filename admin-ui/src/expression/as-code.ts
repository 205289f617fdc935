/** A question for records as code, in the languages that clients are written in. */
import { curlOf } from '../code/curl'
import type { Language } from '../code/language'
import { inDart, inScript } from '../code/literals'
import { dartProgramOf, scriptOf } from '../code/program'

export interface Asked {
  /** Where the server is, such as `https://example.com`. */
  server: string
  collection: string
  filter: string
  sort: string
  /** Where nothing is given, the first page of 50. */
  page?: number | undefined
  perPage?: number | undefined
  expand?: string | undefined
  fields?: string | undefined
  skipTotal?: boolean | undefined
  /** Whether nobody needs to be signed in. */
  isOpen?: boolean | undefined
  /** What signs in before, in the language that is asked for. */
  signIn?: string | undefined
}

export function codeOf(language: Language, asked: Asked): string {
  return { curl, javascript, dart }[language](asked)
}

/** What is given beside the page, as texts are, and whether it is one. */
function given({ filter, sort, expand = '', fields = '', skipTotal = false }: Asked): [name: string, value: string | boolean][] {
  const parts: [string, string | boolean][] = [['filter', filter], ['sort', sort], ['expand', expand], ['fields', fields], ['skipTotal', skipTotal]]
  return parts.filter(([, value]) => value !== '' && value !== false)
}

function curl(asked: Asked): string {
  const pages: [string, number | undefined][] = [['page', asked.page], ['perPage', asked.perPage]]
  return curlOf({
    method: 'GET',
    url: `${asked.server}/api/collections/${encodeURIComponent(asked.collection)}/records`,
    query: [...pages.filter(([, value]) => value !== undefined), ...given(asked)].map(([name, value]) => [name, String(value)]),
    signedIn: !asked.isOpen,
  })
}

function javascript(asked: Asked): string {
  const options = given(asked).map(([name, value]) => `\n  ${name}: ${inScript(value)},`)
  const { page = 1, perPage = 50 } = asked
  const more = options.length > 0 ? `, {${options.join('')}\n}` : ''
  const call = `const page = await pb.collection(${inScript(asked.collection)}).getList(${page}, ${perPage}${more})`
  return scriptOf(asked.server, asked.signIn ?? '', call)
}

function dart(asked: Asked): string {
  const options = given(asked).map(([name, value]) => `\n  ${name}: ${inDart(value)},`)
  const { page = 1, perPage = 50 } = asked
  const call = `final page = await pb.collection(${inDart(asked.collection)}).getList(\n  page: ${page},\n  perPage: ${perPage},${options.join('')}\n);`
  return dartProgramOf(asked.server, [asked.signIn ?? '', call])
}
