import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { confirmEmailChange, confirmPasswordReset, confirmVerification } from '../api/accounts'
import { Confirmation } from './confirmation.svelte'

const link = { token: 'aa.bb.cc', collectionId: '_pb_users_auth_', email: 'a@example.com' }
const server = vi.fn<typeof fetch>()

beforeEach(() => vi.stubGlobal('fetch', server))
afterEach(() => {
  vi.unstubAllGlobals()
  server.mockReset()
})

const done = () => Promise.resolve(new Response(null, { status: 204 }))
const refused = (status: number, codes: Record<string, string>) => () => {
  const data = Object.entries(codes).map(([name, code]) => [name, { code, message: `Bad ${name}.` }])
  return Promise.resolve(Response.json({ status, message: 'No.', data: Object.fromEntries(data) }, { status }))
}
const sent = () => {
  const [path, options] = server.mock.calls.at(-1) ?? []
  return { path, method: options?.method, body: JSON.parse(String(options?.body)), headers: new Headers(options?.headers) }
}

test('each confirmation goes to its endpoint, by the id of the collection, with nobody signed in', async () => {
  const base = '/api/collections/_pb_users_auth_'
  for (const [call, path, body] of [
    [() => confirmVerification(link), 'confirm-verification', {}],
    [() => confirmPasswordReset(link, 'one', 'two'), 'confirm-password-reset', { password: 'one', passwordConfirm: 'two' }],
    [() => confirmEmailChange(link, 'one'), 'confirm-email-change', { password: 'one' }],
  ] as const) {
    server.mockImplementationOnce(done)
    const confirmation = new Confirmation()
    await confirmation.send(call)
    expect(confirmation.step).toBe('done')
    expect(sent()).toMatchObject({ path: `${base}/${path}`, method: 'POST', body: { token: 'aa.bb.cc', ...body } })
    expect(sent().headers.has('Authorization')).toBe(false)
  }
})

test('a refused token ends the link, while sending and while looking', async () => {
  const codes = { token: 'validation_invalid_token', password: 'validation_required' }
  server.mockImplementation(refused(400, codes))
  const sending = new Confirmation(['password'])
  await sending.send(() => confirmPasswordReset(link, 'one', 'one'))
  expect(sending.step).toBe('dead')
  const looking = new Confirmation(['password'])
  await looking.look(confirmPasswordReset(link, '', ''))
  expect(looking.step).toBe('dead')
})

test('an address that somebody else took, and a collection that is gone, end it too', async () => {
  const confirmation = new Confirmation()
  server.mockImplementationOnce(refused(400, { token: 'validation_invalid_token_email' }))
  await confirmation.send(() => confirmEmailChange(link, 'one'))
  expect(confirmation.step).toBe('taken')
  const gone = new Confirmation()
  server.mockImplementationOnce(refused(404, {}))
  await gone.send(() => confirmVerification(link))
  expect(gone.step).toBe('dead')
})

test('a look at a living link shows no errors', async () => {
  server.mockImplementationOnce(refused(400, { password: 'validation_required' }))
  const confirmation = new Confirmation(['password'])
  await confirmation.look(confirmPasswordReset(link, '', ''))
  expect([confirmation.step, confirmation.fields, confirmation.summary]).toEqual(['open', {}, []])
})

test('a look that is answered late does not undo what was done', async () => {
  let answer: (response: Response) => void = () => undefined
  server.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)))
  server.mockImplementationOnce(done)
  const confirmation = new Confirmation(['password'])
  const look = confirmation.look(confirmPasswordReset(link, '', ''))
  await confirmation.send(() => confirmPasswordReset(link, 'one', 'one'))
  answer(await refused(400, { token: 'validation_invalid_token' })())
  await look
  expect(confirmation.step).toBe('done')
})

test('what can be put right is said beside its input, and what was said before is gone', async () => {
  const confirmation = new Confirmation(['password', 'passwordConfirm'])
  server.mockImplementationOnce(refused(400, { passwordConfirm: 'validation_values_mismatch' }))
  await confirmation.send(() => confirmPasswordReset(link, 'one', 'two'))
  expect(confirmation).toMatchObject({ step: 'open', busy: false, fields: { passwordConfirm: 'Bad passwordConfirm.' } })
  server.mockImplementationOnce(() => Promise.reject(new TypeError('no network')))
  await confirmation.send(() => confirmPasswordReset(link, 'one', 'one'))
  expect(confirmation.fields).toEqual({})
  expect(confirmation.summary).toHaveLength(1)
})

test('two clicks send once', async () => {
  server.mockImplementation(done)
  const confirmation = new Confirmation()
  await Promise.all([1, 2].map(() => confirmation.send(() => confirmVerification(link))))
  expect(server).toHaveBeenCalledTimes(1)
})
