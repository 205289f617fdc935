import { expect, test } from 'vitest'
import type { Language } from '../../code/language'
import { firstCall, signsIn, type Call } from './call'
import { ground, posts, users, view } from './ground.fixture'
import { operationsOf, type OperationName } from './operations'
import { programOf } from './program'
import type { Ground } from './samples'

const all = [posts, users, view]

function written(language: Language, name: OperationName, on: Ground = ground, change: Partial<Call> = {}): string {
  const { collection } = on
  const operation = operationsOf(collection).find((one) => one.name === name)
  if (!operation) throw new Error(`no ${name}`)
  const first = firstCall(operation, on)
  const call = { ...first, ...change, values: { ...first.values, ...change.values } }
  return programOf(language, operation, call, { server: 'https://app.example', collection, signsIn: signsIn(operation, collection, all) })
}

const people: Ground = {
  collection: {
    ...users, otp: { enabled: true, duration: 180, length: 8, emailTemplate: { subject: '', body: '' } },
    oauth2: { enabled: true, providers: [{ name: 'github', displayName: '' }], mappedFields: {} },
  } as unknown as typeof users,
  row: { id: 'user00000000001', collectionId: 'pbc_users', collectionName: 'users', email: 'ann@example.com', name: 'Ann' },
  targets: {},
}

test('every operation of every type is written in every language, for the collection and the server that it is of', () => {
  for (const on of [ground, people, { collection: view, row: undefined, targets: {} }]) {
    for (const { name } of operationsOf(on.collection)) {
      for (const language of ['curl', 'javascript', 'dart'] as const) {
        const text = written(language, name, on)
        expect(text, `${name} in ${language}`).toContain('https://app.example')
        expect(text, `${name} in ${language}`).not.toMatch(/undefined|\[object|null/)
      }
    }
  }
})

test('a list is asked as it is typed', () => {
  const values = { page: '2', perPage: '10', filter: "title ~ 'it'", sort: '-created', expand: 'author', fields: 'id', skipTotal: 'true' }
  expect(written('curl', 'list', ground, { values })).toBe(
    `curl -G 'https://app.example/api/collections/posts/records' \\
  --data-urlencode 'page=2' \\
  --data-urlencode 'perPage=10' \\
  --data-urlencode 'filter=title ~ '\\''it'\\''' \\
  --data-urlencode 'sort=-created' \\
  --data-urlencode 'expand=author' \\
  --data-urlencode 'fields=id' \\
  --data-urlencode 'skipTotal=true'`,
  )
  expect(written('javascript', 'list', ground, { values })).toContain(`getList(2, 10, {\n  filter: "title ~ 'it'",\n  sort: '-created',`)
  expect(written('javascript', 'list', ground, { values })).toContain('skipTotal: true')
  expect(written('dart', 'list', ground, { values })).toContain('skipTotal: true')
})

test('files go as a form, with the values beside them', () => {
  const curl = written('curl', 'create')
  expect(curl).toContain(`-F 'cover=@cover.png'`)
  expect(curl).toContain(`--form-string '@jsonPayload={\n  "title": "It'\\''s"`)
  const script = written('javascript', 'create')
  expect(script).toContain(`form.append('@jsonPayload', JSON.stringify({\n  "title": "It's",`)
  expect(script).toContain(`form.append('cover', new File([Uint8Array.of(137, 80,`)
  expect(script).toContain(`.create(form)`)
  const dart = written('dart', 'create')
  expect(dart).toContain(`import 'package:http/http.dart' as http;\nimport 'package:pocketbase/pocketbase.dart';`)
  expect(dart).toContain(`http.MultipartFile.fromBytes('cover', [137,`)
  expect(written('javascript', 'update', ground, { files: [] })).toContain(`.update('post00000000001', {\n  "title": "It's",`)
})

test('who has to sign in first does', () => {
  expect(written('javascript', 'list')).not.toContain('authWithPassword')
  expect(written('javascript', 'create')).toContain(`pb.collection('users').authWithPassword`)
  expect(written('dart', 'delete')).toContain(`pb.collection('_superusers').authWithPassword`)
  expect(written('curl', 'delete')).toContain('-H "Authorization: $TOKEN"')
  expect(written('curl', 'auth-with-password', people)).not.toContain('$TOKEN')
  expect(written('curl', 'file')).not.toContain('$TOKEN')
})

test('accounts sign in as they can', () => {
  expect(written('javascript', 'auth-with-password', people)).toContain(`authWithPassword('ann@example.com', 'YOUR_PASSWORD')`)
  expect(written('javascript', 'auth-with-oauth2', people)).toContain(`authWithOAuth2({ provider: 'github' })`)
  expect(written('dart', 'auth-with-otp', people)).toContain(`authWithOTP('OTP_ID', 'CODE')`)
  expect(written('dart', 'impersonate', people)).toContain(`impersonate('user00000000001', 3600)`)
})

test('a batch is written write by write, and what is none is left out', () => {
  const requests = [
    { method: 'POST', url: '/api/collections/posts/records', body: { title: 'a' } },
    { method: 'PATCH', url: '/api/collections/posts/records/x%2Fy?expand=author', body: { title: 'b' } },
    { method: 'DELETE', url: '/api/collections/posts/records/z' },
    { method: 'GET', url: '/api/collections/posts/records/z' },
    { method: 'POST', url: '/api/collections/posts/records/z' },
    null,
  ]
  const text = written('javascript', 'batch', ground, { body: JSON.stringify({ requests }) })
  expect(text.split('\n').filter((line) => line.startsWith('batch.'))).toEqual([
    `batch.collection('posts').create({`, `batch.collection('posts').update('x/y', {`, `batch.collection('posts').delete('z')`,
  ])
})

test('a stream is told what to tell', () => {
  const values = { topic: 'post00000000001', filter: "title = 'a'" }
  expect(written('curl', 'realtime', ground, { values })).toContain(
    'posts/post00000000001?options=%7B%22query%22%3A%7B%22filter%22%3A%22title%20%3D%20',
  )
  expect(written('javascript', 'realtime', ground, { values })).toContain(`}, { filter: "title = 'a'" })`)
})

test('what is typed and is no JSON yet breaks nothing', () => {
  for (const language of ['curl', 'javascript', 'dart'] as const) expect(written(language, 'update', ground, { body: '{"a": ' })).toContain('post00000000001')
})
