import { expect, test } from 'vitest'
import type { Log } from '../../api/logs'
import { aboutOf, clock, curlOf, duration, levelName } from './entry'

const request = (url: string, more: Record<string, unknown> = {}): Log => ({
  id: 'one',
  created: '2024-05-01 10:00:00.120Z',
  level: 0,
  message: '',
  data: { type: 'request', method: 'GET', url, ...more },
})

test('a request tells which record it was about', () => {
  expect(aboutOf(request('/api/collections/posts/records/abc?expand=x'))).toEqual({ collection: 'posts', record: 'abc' })
  expect(aboutOf(request('/api/collections/p%C3%B6sts/records'))).toEqual({ collection: 'pösts', record: undefined })
  expect(aboutOf(request('/api/files/posts/abc/picture.png?token=***'))).toEqual({ collection: 'posts', record: 'abc' })
  expect(aboutOf(request('/api/collections/posts/auth-with-password'))).toBeUndefined()
  expect(aboutOf(request('/api/collections/%E0%A4%A/records/1'))).toEqual({ collection: '%E0%A4%A', record: '1' })
})

test('a request is a command that no shell reads anything into', () => {
  const origin = 'https://example.com'
  expect(curlOf(request('/api/health'), origin)).toBe('curl https://example.com/api/health')
  expect(curlOf(request("/api/x?a='$(rm -rf)'&b=1", { method: 'POST', auth: 'users' }), origin)).toBe(
    `curl -X POST 'https://example.com/api/x?a='\\''$(rm -rf)'\\''&b=1' -H "Authorization: $TOKEN"`,
  )
})

test('times and levels are told in words', () => {
  expect([0.84, 12.4, 999, 1_240, 61_000].map(duration)).toEqual(['0.8 ms', '12 ms', '999 ms', '1.2 s', '61 s'])
  expect([-4, 0, 4, 8, 2].map(levelName)).toEqual(['Debug', 'Info', 'Warning', 'Error', 'Level 2'])
  expect(clock('2024-05-01 10:00:00.120Z')).toMatch(/^2024-0\d-\d\d \d\d:00:00\.120$/)
  expect(clock('never')).toBe('never')
})
