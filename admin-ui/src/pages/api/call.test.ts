import { expect, test } from 'vitest'
import { failuresOf, successOf } from './answers'
import { questionFor } from './asks'
import { faultOf, firstCall, requestOf } from './call'
import { ground, posts, users } from './ground.fixture'
import { operationsOf, type OperationName } from './operations'
import { pretty } from './pretty'

const operation = (name: OperationName, of = posts) => {
  const found = operationsOf(of).find((one) => one.name === name)
  if (!found) throw new Error(`no ${name}`)
  return found
}

test('a call becomes the request that it is', () => {
  const view = operation('view')
  const call = firstCall(view, ground, { id: 'a/b', expand: 'author' })
  expect(requestOf(view, call, 'https://app.example', true)).toMatchObject({
    method: 'GET', url: 'https://app.example/api/collections/posts/records/a%2Fb', query: [['expand', 'author']], signedIn: true,
  })
  const lines = operation('import')
  const csv = firstCall(lines, ground, { format: 'csv', unknown: 'x' })
  expect(requestOf(lines, csv, '', true)).toMatchObject({ contentType: 'text/csv', query: [['format', 'csv'], ['dryRun', 'true']] })
})

test('what is missing or no JSON is said', () => {
  const update = operation('update')
  const call = firstCall(update, ground)
  expect(faultOf(update, call)).toBeUndefined()
  expect(faultOf(update, { ...call, values: { ...call.values, id: ' ' } })).toBe('id is missing.')
  expect(faultOf(update, { ...call, body: '[1]' })).toContain('object')
})

test('each write is asked about, and what only reads is not', () => {
  const asked = operationsOf(users).filter((one) => questionFor(one, firstCall(one, { collection: users, row: undefined, targets: {} }), 'users'))
  expect(asked.map(({ name }) => name)).toEqual([
    'create', 'update', 'delete', 'request-verification', 'confirm-verification', 'request-password-reset', 'confirm-password-reset',
    'request-email-change', 'confirm-email-change', 'batch',
  ])
  const lines = operation('import')
  const call = firstCall(lines, ground)
  expect(questionFor(lines, call, 'posts')).toBeUndefined()
  expect(questionFor(lines, { ...call, values: { ...call.values, dryRun: '' } }, 'posts')?.verb).toBe('Import')
  expect(questionFor(operation('batch'), firstCall(operation('batch'), ground), 'posts')?.text).toBe(
    'All of them or none: create one in posts, update post00000000001 of posts.',
  )
})

test('nothing of a batch is sent without a word', () => {
  const requests = [{ method: 'DELETE', url: '/api/collections/posts/records/x' }, { method: 'POST', url: '/elsewhere' }]
  const batch = operation('batch')
  expect(questionFor(batch, { ...firstCall(batch, ground), body: JSON.stringify({ requests }) }, 'posts')).toEqual({
    heading: 'Make 2 writes?', text: 'All of them or none: delete x of posts, and 1 that cannot be read here.', verb: 'Send it', isDanger: true,
  })
})

test('answers have the shape of the collection, and the errors of the operation as its rule makes them', () => {
  const list = JSON.parse(successOf(operation('list'), ground).example ?? '') as { items: unknown[] }
  expect(list.items[0]).toMatchObject({ collectionName: 'posts', title: "It's", cover: 'cover_x.png' })
  expect(successOf(operation('delete'), ground)).toEqual({ status: 204, text: 'Done; the body is empty.' })
  const statuses = (name: OperationName, of = posts) => failuresOf(operation(name, of), of).map(({ status }) => status)
  expect(statuses('delete')).toEqual([400, 403, 404, 404, 412, 429])
  expect(statuses('list')).toEqual([400, 404, 429])
  expect(statuses('list', users)).toEqual([400, 403, 404, 429])
  expect(statuses('impersonate', users)).toEqual([400, 401, 403, 404, 404])
})

test('an answer is put in order with every digit as it came', () => {
  expect(pretty('{"a":[1.0,12345678901234567890],"b":{},"c":[],"d":"x,{\\"y\\": [1]}","e":null}')).toBe(
    '{\n  "a": [\n    1.0,\n    12345678901234567890\n  ],\n  "b": {},\n  "c": [],\n  "d": "x,{\\"y\\": [1]}",\n  "e": null\n}',
  )
  expect(pretty('no json')).toBe('no json')
  expect(pretty('"text"')).toBe('"text"')
})
