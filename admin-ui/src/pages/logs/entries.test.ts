import { beforeEach, expect, test, vi } from 'vitest'
import type { Log, LogQuestion } from '../../api/logs'
import { Entries } from './entries.svelte'

/** The log, newest first. */
const server = vi.hoisted(() => ({ logs: [] as { id: string; created: string }[], asked: 0 }))

vi.mock('../../api/logs', () => ({
  listLogs: ({ from, to }: LogQuestion, page: number, size: number) => {
    server.asked += 1
    const logs = server.logs.filter(({ created }) => (from === undefined || created >= from) && (to === undefined || created <= to))
    return Promise.resolve(logs.slice((page - 1) * size, page * size) as unknown as Log[])
  },
  countLogs: ({ to }: LogQuestion) => Promise.resolve(server.logs.filter(({ created }) => to === undefined || created <= to).length),
}))

const entry = (n: number) => ({ id: `log${n}`, created: `2026-01-01 ${String(n).padStart(8, '0')}` })
const settle = () => new Promise((resolve) => setTimeout(resolve))
const add = (many: number): void => {
  const from = server.logs.length
  server.logs = [...Array.from({ length: many }, (_, at) => entry(from + at)).reverse(), ...server.logs]
}

beforeEach(() => {
  server.logs = []
  server.asked = 0
})

test('a log that is watched for long forgets what is far below, and finds it again', async () => {
  add(350)
  const entries = new Entries({ filter: '' } as unknown as LogQuestion)
  await settle()
  for (let round = 0; round < 60; round += 1) {
    add(150)
    await entries.look()
    expect(entries.take()).toBe(150)
  }
  expect(entries.total).toBe(9350)
  // Each place shows what stands there, whether it came on top or is asked for.
  for (const place of [0, 149, 150, 900, 1000, 5000, 9349]) {
    entries.need(place, place)
    await settle()
    expect(entries.at(place)?.id, `at ${place}`).toBe(`log${9349 - place}`)
  }
  expect(entries.placeOf('log9349')).toBe(0)
  const held = Array.from({ length: 9350 }, (_, place) => entries.at(place)).filter(Boolean).length
  expect(held).toBeLessThan(5500)
})
