import { expect, test } from 'vitest'
import { inLanes } from './lanes'

const items = Array.from({ length: 10 }, (_, at) => at)

test('all items are worked on, a few at a time', async () => {
  const done: number[] = []
  let [now, most] = [0, 0]
  await inLanes(items, 4, async (item) => {
    most = Math.max(most, (now += 1))
    await Promise.resolve()
    now -= 1
    done.push(item)
  }, new AbortController().signal)
  expect(done.sort((one, other) => one - other)).toEqual(items)
  expect(most).toBe(4)
})

test('nothing begins after it was given up, or after an error', async () => {
  const stop = new AbortController()
  let begun = 0
  await inLanes(items, 2, async () => {
    begun += 1
    stop.abort()
  }, stop.signal)
  expect(begun).toBeLessThan(3)
  begun = 0
  const failing = inLanes(items, 2, async () => {
    begun += 1
    throw new Error('away')
  }, new AbortController().signal)
  await expect(failing).rejects.toThrow('away')
  expect(begun).toBeLessThan(3)
})
