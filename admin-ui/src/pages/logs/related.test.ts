import { expect, test } from 'vitest'
import type { Log } from '../../api/logs'
import { groupsOf } from './related'

const entry = (data: Record<string, unknown>): Log => ({ id: 'one', created: '2024-05-01 10:00:00.000Z', level: 0, message: '', data })

test('what belongs to an entry is of its request, and of its user within a minute', () => {
  expect(groupsOf(entry({ requestId: 'r1', authId: 'u1', auth: 'users', userIP: '10.0.0.1' })).map(({ question }) => question)).toEqual([
    { filter: "data.requestId = 'r1'", from: '2024-04-30 10:00:00.000Z', to: '2024-05-02 10:00:00.000Z' },
    { filter: "data.authId = 'u1'", from: '2024-05-01 09:59:00.000Z', to: '2024-05-01 10:01:00.000Z' },
  ])
})

test('where ids of users are not kept, the address stands for them', () => {
  expect(groupsOf(entry({ auth: '', userIP: '10.0.0.1' }))[0]?.question.filter).toBe("data.userIP = '10.0.0.1' && data.auth = ''")
  expect(groupsOf(entry({}))).toEqual([])
})
