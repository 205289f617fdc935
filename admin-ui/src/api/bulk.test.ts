import { expect, test, vi } from 'vitest'
import { ApiError } from './client'
import { Bulk } from './bulk'

vi.mock('./backend', () => ({
  backend: { createBatch: () => ({ send: () => Promise.reject(new ApiError(403, 'Batches are off.')) }) },
  ask: (question: () => Promise<unknown>) => question(),
}))

const ids = ['a', 'b', 'c', 'd', 'e', 'f']

function bulk(isRepeatable: boolean, one: (id: string) => Promise<unknown>): Bulk {
  return new Bulk({ batch: () => undefined, one, isRepeatable, gone: 'It is gone.' })
}

const { signal } = new AbortController()

test('it tells of each that it could not be done to, and why', async () => {
  const { send } = bulk(true, (id) => {
    if (id === 'b') return Promise.reject(new ApiError(400, 'No.', { fields: { size: 'Too large.' } }))
    return id === 'c' ? Promise.reject(new ApiError(404, 'Not found.')) : Promise.resolve()
  })
  expect(await send(ids, signal)).toEqual([{ id: 'b', message: 'size: Too large.' }, { id: 'c', message: 'It is gone.' }])
})

test('what must not be done twice is not, where no answer came', async () => {
  const done: string[] = []
  let isThere = false
  const { send } = bulk(false, (id) => {
    done.push(id)
    return id === 'c' && !isThere ? Promise.reject(new ApiError(0, 'No answer.')) : Promise.resolve()
  })
  await expect(send(ids, signal)).rejects.toThrow('No answer.')
  isThere = true
  expect(await send(ids, signal)).toEqual([{ id: 'c', message: 'No answer came: look whether it is changed.' }])
  expect([...done].sort()).toEqual(ids)
})

test('what may be done twice is tried again', async () => {
  let isThere = false
  const { send } = bulk(true, () => (isThere ? Promise.resolve() : Promise.reject(new ApiError(0, 'No answer.'))))
  await expect(send(ids, signal)).rejects.toThrow('No answer.')
  isThere = true
  expect(await send(ids, signal)).toEqual([])
})
