/** Calls in Dart, with the official SDK. */
import { inDart, indented } from '../../code/literals'
import { dartProgramOf } from '../../code/program'
import { writesOf } from './batch'
import { bodyOf, requestOf, type Call, type Place } from './call'
import type { Operation } from './operations'
import { kindOf } from './samples'

const HTTP = "import 'package:http/http.dart' as http;"
const LAUNCHER = "import 'package:url_launcher/url_launcher.dart';"

/** What signs somebody in first; nothing where nobody needs to. */
export function dartSignIn({ signsIn }: Place): string {
  return signsIn === undefined ? '' : `await pb.collection(${inDart(signsIn)}).authWithPassword('you@example.com', 'YOUR_PASSWORD');`
}

export function dartFor(operation: Operation, call: Call, place: Place): string {
  const parts = partsOf(operation, call, place)
  const all = parts.join('\n')
  const imports = [...(all.includes('http.') ? [HTTP] : []), ...(all.includes('launchUrl(') ? [LAUNCHER] : [])]
  return dartProgramOf(place.server, [dartSignIn(place), ...parts], imports)
}

function partsOf(operation: Operation, call: Call, place: Place): string[] {
  const { values } = call
  const records = `pb.collection(${inDart(place.collection.name)})`
  const read = bodyOf(operation, call.body)
  const body = 'fault' in read || typeof read.body !== 'object' ? {} : read.body
  const text = (name: string): string => inDart(body[name] ?? '')
  const id = inDart(values.id ?? '')
  const more = named({ expand: values.expand, fields: values.fields })
  switch (operation.name) {
    case 'view':
      return [`final record = await ${called(`${records}.getOne`, [id, ...more])};`]
    case 'create':
    case 'update': {
      const first = operation.name === 'update' ? [id] : []
      return [`final record = await ${called(`${records}.${operation.name}`, [...first, `body: ${inDart(body)}`, ...filesOf(call, place), ...more])};`]
    }
    case 'delete':
      return [`await ${records}.delete(${id});`]
    case 'realtime': {
      const listener = '(event) {\n  print(event.action);\n  print(event.record);\n}'
      const options = named({ filter: values.filter, expand: values.expand, fields: values.fields })
      return [
        `final unsubscribe = await ${called(`${records}.subscribe`, [inDart(values.topic ?? '*'), listener, ...options])};`,
        '// Later, to hear no more:\n// await unsubscribe();',
      ]
    }
    case 'auth-methods':
      return [`final methods = await ${records}.listAuthMethods();`]
    case 'auth-with-password':
      return [`final auth = await ${called(`${records}.authWithPassword`, [text('identity'), text('password'), ...more])};`]
    case 'auth-with-oauth2':
      return [`final auth = await ${records}.authWithOAuth2(${text('provider')}, (url) async {\n  await launchUrl(url);\n});`]
    case 'request-otp':
      return [`final request = await ${records}.requestOTP(${text('email')});`]
    case 'auth-with-otp':
      return [`final auth = await ${called(`${records}.authWithOTP`, [text('otpId'), text('password'), ...more])};`]
    case 'auth-refresh':
      return [`final auth = await ${called(`${records}.authRefresh`, more)};`]
    case 'request-verification':
      return [`await ${records}.requestVerification(${text('email')});`]
    case 'confirm-verification':
      return [`await ${records}.confirmVerification(${text('token')});`]
    case 'request-password-reset':
      return [`await ${records}.requestPasswordReset(${text('email')});`]
    case 'confirm-password-reset':
      return [`await ${records}.confirmPasswordReset(${text('token')}, ${text('password')}, ${text('passwordConfirm')});`]
    case 'request-email-change':
      return [`await ${records}.requestEmailChange(${text('newEmail')});`]
    case 'confirm-email-change':
      return [`await ${records}.confirmEmailChange(${text('token')}, ${text('password')});`]
    case 'impersonate':
      return [`// A client of its own, which is that account.\nfinal client = await ${called(`${records}.impersonate`, [id, inDart(body.duration ?? 0), ...more])};`]
    case 'file': {
      const guarded = place.collection.fields.some((field) => field.type === 'file' && field.protected)
      const options = [
        ...named({ thumb: values.thumb }), ...(guarded ? ['token: token'] : []), ...(values.download === 'true' ? ['download: true'] : []),
      ]
      return [
        `final record = await ${records}.getOne(${id});`,
        ...(guarded ? ['final token = await pb.files.getToken();'] : []),
        `final url = ${called('pb.files.getURL', ['record', inDart(values.file ?? ''), ...options])};`,
      ]
    }
    case 'file-token':
      return ['final token = await pb.files.getToken();']
    case 'batch':
      return batchOf(body)
    case 'import': {
      const { body: rows, url, query = [], contentType } = requestOf(operation, call, '', true)
      return [
        `final rows = ${inDart(typeof rows === 'string' ? rows : '')};`,
        `final report = await http.post(\n  pb.buildURL(${inDart(url)}${queryOf(query)}),\n  headers: {\n    'Authorization': pb.authStore.token,\n    'Content-Type': ${inDart(contentType)},\n  },\n  body: rows,\n);`,
      ]
    }
    case 'export': {
      const { url, query = [] } = requestOf(operation, call, '', true)
      return [`final answer = await http.get(\n  pb.buildURL(${inDart(url)}${queryOf(query)}),\n  headers: {'Authorization': pb.authStore.token},\n);`]
    }
    case 'list':
      // `codeOf` writes lists.
      return []
  }
}

function queryOf(query: readonly (readonly [string, string])[]): string {
  return query.length === 0 ? '' : `, {${query.map(([name, value]) => `${inDart(name)}: ${inDart(value)}`).join(', ')}}`
}

/** Named arguments of what is given. */
function named(given: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(given).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name}: ${inDart(value)}`]))
}

/** A call, on one line where it has room. */
function called(name: string, given: readonly string[]): string {
  const line = `${name}(${given.join(', ')})`
  if (given.length === 0 || (line.length <= 72 && !line.includes('\n'))) return line
  return `${name}(\n${given.map((one) => `  ${indented(one)},\n`).join('')})`
}

function filesOf({ files }: Call, { collection }: Place): string[] {
  if (files.length === 0) return []
  const parts = files.map(({ name, fileName }) => {
    const field = collection.fields.find((one) => one.name === name)
    const { begins } = kindOf(field?.type === 'file' ? field.mimeTypes : null)
    const isText = typeof begins === 'string'
    const content = isText ? inDart(begins) : `[${begins.join(', ')}]`
    return `http.MultipartFile.${isText ? 'fromString' : 'fromBytes'}(${inDart(name)}, ${content}, filename: ${inDart(fileName)})`
  })
  return [`files: [\n${parts.map((one) => `  ${one},\n`).join('')}]`]
}

function batchOf(body: Readonly<Record<string, unknown>>): string[] {
  const writes = writesOf(body).map(({ verb, collection, id, body }) => {
    const given = [...(id === undefined ? [] : [inDart(id)]), ...(verb === 'delete' ? [] : [`body: ${inDart(body)}`])]
    return `batch.collection(${inDart(collection)}).${verb}(${given.join(', ')});`
  })
  return ['final batch = pb.createBatch();', writes.join('\n'), 'final results = await batch.send();']
}
