/** Calls in JavaScript, with the official SDK. */
import { indented, inScript } from '../../code/literals'
import { scriptOf } from '../../code/program'
import { writesOf } from './batch'
import { bodyOf, requestOf, type Call, type Place } from './call'
import type { Operation } from './operations'
import { kindOf } from './samples'

/** What signs somebody in first; nothing where nobody needs to. */
export function scriptSignIn({ signsIn }: Place): string {
  return signsIn === undefined ? '' : `await pb.collection(${inScript(signsIn)}).authWithPassword('you@example.com', 'YOUR_PASSWORD')`
}

export function scriptFor(operation: Operation, call: Call, place: Place): string {
  const parts = partsOf(operation, call, place)
  return scriptOf(place.server, scriptSignIn(place), ...parts)
}

function partsOf(operation: Operation, call: Call, place: Place): string[] {
  const { values } = call
  const records = `pb.collection(${inScript(place.collection.name)})`
  const read = bodyOf(operation, call.body)
  const body = 'fault' in read || typeof read.body !== 'object' ? {} : read.body
  const text = (name: string): string => inScript(body[name] ?? '')
  const id = inScript(values.id ?? '')
  const more = optionsOf({ expand: values.expand, fields: values.fields })
  const then = more === '' ? '' : `, ${more}`
  switch (operation.name) {
    case 'view':
      return [`const record = await ${records}.getOne(${id}${then})`]
    case 'create':
    case 'update': {
      const [before, sent] = call.files.length > 0 ? [[formOf(call, body, place)], 'form'] : [[], inScript(body)]
      return [...before, `const record = await ${records}.${operation.name}(${operation.name === 'update' ? `${id}, ` : ''}${sent}${then})`]
    }
    case 'delete':
      return [`await ${records}.delete(${id})`]
    case 'realtime': {
      const options = optionsOf({ filter: values.filter, expand: values.expand, fields: values.fields })
      const listener = `(event) => {\n  console.log(event.action, event.record)\n}`
      const subscribed = `const unsubscribe = await ${records}.subscribe(${inScript(values.topic ?? '*')}, ${listener}${options === '' ? '' : `, ${options}`})`
      return [subscribed, `// Later, to hear no more:\n// await unsubscribe()`]
    }
    case 'auth-methods':
      return [`const methods = await ${records}.listAuthMethods()`]
    case 'auth-with-password':
      return [`const { token, record } = await ${records}.authWithPassword(${text('identity')}, ${text('password')}${then})`]
    case 'auth-with-oauth2':
      return [
        `// Opens the page of the service in a window; call it when a button is pressed.\nconst { token, record } = await ${records}.authWithOAuth2({ provider: ${text('provider')} })`,
      ]
    case 'request-otp':
      return [`const { otpId } = await ${records}.requestOTP(${text('email')})`]
    case 'auth-with-otp':
      return [`const { token, record } = await ${records}.authWithOTP(${text('otpId')}, ${text('password')}${then})`]
    case 'auth-refresh':
      return [`const { token, record } = await ${records}.authRefresh(${more})`]
    case 'request-verification':
      return [`await ${records}.requestVerification(${text('email')})`]
    case 'confirm-verification':
      return [`await ${records}.confirmVerification(${text('token')})`]
    case 'request-password-reset':
      return [`await ${records}.requestPasswordReset(${text('email')})`]
    case 'confirm-password-reset':
      return [`await ${records}.confirmPasswordReset(${text('token')}, ${text('password')}, ${text('passwordConfirm')})`]
    case 'request-email-change':
      return [`await ${records}.requestEmailChange(${text('newEmail')})`]
    case 'confirm-email-change':
      return [`await ${records}.confirmEmailChange(${text('token')}, ${text('password')})`]
    case 'impersonate':
      return [`// A client of its own, which is that account.\nconst client = await ${records}.impersonate(${id}, ${inScript(body.duration ?? 0)}${then})`]
    case 'file': {
      const guarded = place.collection.fields.some((field) => field.type === 'file' && field.protected)
      const options = optionsOf({ thumb: values.thumb, download: values.download === 'true' ? true : undefined }, guarded ? ['token'] : [])
      return [
        `const record = await ${records}.getOne(${id})`,
        ...(guarded ? ['const token = await pb.files.getToken()'] : []),
        `const url = pb.files.getURL(record, ${inScript(values.file ?? '')}${options === '' ? '' : `, ${options}`})`,
      ]
    }
    case 'file-token':
      return ['const token = await pb.files.getToken()']
    case 'batch':
      return batchOf(body)
    case 'import': {
      const request = requestOf(operation, call, '', true)
      const lines = typeof request.body === 'string' ? request.body : ''
      const query = optionsOf(Object.fromEntries(request.query ?? []))
      return [
        `const rows = ${inScript(lines)}`,
        `const report = await pb.send(${inScript(request.url)}, {\n  method: 'POST',${query === '' ? '' : `\n  query: ${indented(query)},`}\n  headers: { 'Content-Type': ${inScript(request.contentType)} },\n  body: rows,\n})`,
      ]
    }
    case 'export': {
      const request = requestOf(operation, call, '', true)
      const query = optionsOf(Object.fromEntries(request.query ?? []))
      return [
        `const query = new URLSearchParams(${query === '' ? '{}' : query})`,
        `const answer = await fetch(pb.buildURL(\`${request.url}?\${query}\`), {\n  headers: { Authorization: pb.authStore.token },\n})\nconst text = await answer.text()`,
      ]
    }
    case 'list':
      // `codeOf` writes lists.
      return []
  }
}

/** An object of what is given; a name alone stands for a variable that is called so. */
export function optionsOf(given: Readonly<Record<string, unknown>>, named: readonly string[] = []): string {
  const parts = Object.entries(given).filter(([, value]) => value !== undefined && value !== '')
  const all = [...parts.map(([name, value]) => `${name}: ${inScript(value)}`), ...named]
  if (all.length === 0) return ''
  const line = `{ ${all.join(', ')} }`
  return line.length <= 60 ? line : `{\n${all.map((one) => `  ${one},\n`).join('')}}`
}

/** A form with files. The values are one part of JSON: as parts of their own, numbers and line breaks would be others. */
function formOf({ files }: Call, body: Readonly<Record<string, unknown>>, { collection }: Place): string {
  const parts = files.map(({ name, fileName }) => {
    const field = collection.fields.find((one) => one.name === name)
    const { begins } = kindOf(field?.type === 'file' ? field.mimeTypes : null)
    const content = typeof begins === 'string' ? inScript(begins) : `Uint8Array.of(${begins.join(', ')})`
    return `form.append(${inScript(name)}, new File([${content}], ${inScript(fileName)}))`
  })
  const values = `form.append('@jsonPayload', JSON.stringify(${inScript(body)}))`
  return ['const form = new FormData()', values, '// In a page, take the file of an <input type="file">.', ...parts].join('\n')
}

/** The writes of a batch. */
function batchOf(body: Readonly<Record<string, unknown>>): string[] {
  const writes = writesOf(body).map(({ verb, collection, id, body }) => {
    const given = [...(id === undefined ? [] : [inScript(id)]), ...(verb === 'delete' ? [] : [inScript(body)])]
    return `batch.collection(${inScript(collection)}).${verb}(${given.join(', ')})`
  })
  return ['const batch = pb.createBatch()', writes.join('\n'), 'const results = await batch.send()']
}
