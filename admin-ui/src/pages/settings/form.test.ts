import { beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../api/client'
import { SettingsForm } from './form.svelte'

const server = vi.hoisted(() => ({
  settings: {} as Record<string, unknown>,
  sent: [] as unknown[],
  refusal: undefined as unknown,
  /** What happens while a change is on its way. */
  meanwhile: undefined as (() => void) | undefined,
}))

vi.mock('../../api/settings', () => ({
  getSettings: () => Promise.resolve(structuredClone(server.settings)),
  getConfiguration: () => Promise.resolve([{ name: '--dev', value: 'true', source: 'environment', variable: 'TUCKBOX_DEV' }]),
  updateSettings: (change: Record<string, unknown>) => {
    if (server.refusal) return Promise.reject(server.refusal as Error)
    server.sent.push(change)
    server.meanwhile?.()
    const meta = { ...(server.settings.meta as object), ...(change.meta as object | undefined) }
    server.settings = { ...server.settings, ...change, meta }
    return Promise.resolve(structuredClone(server.settings))
  },
}))
vi.mock('../../state/instance.svelte', () => ({ instance: { take: () => undefined } }))
vi.mock('../../state/session.svelte', () => ({ session: { user: { id: 'me' } } }))

const held = new Map<string, string>()
vi.stubGlobal('localStorage', {
  getItem: (key: string) => held.get(key) ?? null,
  setItem: (key: string, value: string) => void held.set(key, value),
  removeItem: (key: string) => void held.delete(key),
})

beforeEach(() => {
  held.clear()
  server.sent = []
  server.refusal = undefined
  server.meanwhile = undefined
  server.settings = {
    meta: { appName: 'Acme', appURL: 'http://a', senderName: 'S', senderAddress: 's@example.com' },
    smtp: { enabled: true, host: 'h', port: 587 },
    batch: { enabled: true, maxRequests: 50 },
    superuserIPs: [],
  }
})

async function opened(section: 'application' | 'mail' = 'application') {
  const form = new SettingsForm(section)
  await form.load()
  return form
}

test('only what was changed is sent, and what is as it was is no change', async () => {
  const form = await opened()
  form.set('meta.appName', 'Notes')
  form.set('meta.appURL', 'http://b')
  form.set('meta.appURL', 'http://a')
  expect(form.changes).toEqual(['Name'])
  expect(await form.save()).toBe(true)
  expect(server.sent).toEqual([{ meta: { appName: 'Notes' } }])
  expect([form.isDirty, form.text('meta.appName')]).toEqual([false, 'Notes'])
})

test('what is typed while it is being saved is not saved yet', async () => {
  const form = await opened()
  form.set('meta.appName', 'Notes')
  server.meanwhile = () => form.set('meta.appName', 'Notes, again')
  expect(await form.save()).toBe(true)
  expect([form.isDirty, form.text('meta.appName')]).toEqual([true, 'Notes, again'])
})

test('a secret is sent when it was typed or cleared, and kept in no draft', async () => {
  const form = await opened('mail')
  form.set('smtp.host', 'mail.example.com')
  await form.save()
  form.set('smtp.password', 'hush')
  expect([...held.values()].join()).not.toContain('hush')
  await form.save()
  form.set('smtp.password', '')
  await form.save()
  expect(server.sent).toEqual([{ smtp: { host: 'mail.example.com' } }, { smtp: { password: 'hush' } }, { smtp: { password: '' } }])
})

test('what others changed elsewhere is shown, and what they changed of the same asks first', async () => {
  const form = await opened()
  form.set('meta.appName', 'Mine')
  server.settings.meta = { ...(server.settings.meta as object), appName: 'Theirs', appURL: 'http://theirs' }
  expect(await form.save()).toBe(false)
  expect(form.disputed).toEqual([{ path: 'meta.appName', theirs: 'Theirs', mine: 'Mine' }])
  expect(server.sent).toEqual([])
  form.keepMine()
  expect(form.text('meta.appURL')).toBe('http://theirs')
  expect(await form.save()).toBe(true)
  expect(server.sent).toEqual([{ meta: { appName: 'Mine' } }])
})

test('theirs is taken, and the rest of what was typed stays', async () => {
  const form = await opened()
  form.set('meta.appName', 'Mine')
  form.set('batch.maxRequests', 7)
  server.settings.meta = { ...(server.settings.meta as object), appName: 'Theirs' }
  await form.look()
  form.takeTheirs()
  expect([form.text('meta.appName'), form.changes]).toEqual(['Theirs', ['Writes in one request']])
})

test('a number that is none is told and not sent', async () => {
  const form = await opened()
  form.set('batch.maxRequests', Number.NaN)
  expect(await form.save()).toBe(false)
  expect([form.error('batch.maxRequests'), server.sent]).toEqual(['Type a whole number.', []])
  form.set('batch.maxRequests', 3)
  expect(form.error('batch.maxRequests')).toBeUndefined()
})

test('what the server refuses stands beside its input; what has none here on top', async () => {
  const form = await opened()
  form.set('superuserIPs', ['::1', 'x'])
  server.refusal = new ApiError(400, 'No.', { fields: { 'superuserIPs.1': 'No address.', 'smtp.host': 'Missing.' } })
  expect(await form.save()).toBe(false)
  expect(form.error('superuserIPs')).toBe('Entry 2: No address.')
  expect(form.summary).toContain('smtp.host: Missing.')
  expect(form.changes).toEqual(['Where superusers may come from'])
})

test('what was typed and never saved is offered the next time, and dropped once it is saved', async () => {
  const form = await opened()
  form.set('meta.appName', 'Notes')
  const next = await opened()
  expect([next.isDirty, next.offered?.values]).toEqual([false, { 'meta.appName': 'Notes' }])
  next.takeUp()
  expect(next.text('meta.appName')).toBe('Notes')
  await next.save()
  expect((await opened()).offered).toBeUndefined()
})

test('what is as it began is known, and so is what the start of the server says of it', async () => {
  const form = await opened('mail')
  expect([form.isInitial('smtp.host'), form.isInitial('smtp.port')]).toEqual([false, true])
  expect(form.governor('smtp.enabled')).toMatch(/TUCKBOX_DEV/)
  expect(form.governor('smtp.port')).toBe('')
})
