import { expect, test, vi } from 'vitest'
import { ApiError } from '../../api/client'
import { Run, type Work } from './run.svelte'

const ids = Array.from({ length: 5 }, (_, at) => `id${at}`)

function work(send: Work['send']): Work {
  return { gather: () => Promise.resolve(ids), send, size: 2 }
}

test('it goes through all of them and tells what could not be done', async () => {
  const lots: string[][] = []
  const run = new Run(work((lot) => {
    lots.push(lot)
    return Promise.resolve(lot.filter((id) => id === 'id3').map((id) => ({ id, message: 'No.' })))
  }))
  await vi.waitFor(() => expect(run.state).toBe('done'))
  expect(lots).toEqual([['id0', 'id1'], ['id2', 'id3'], ['id4']])
  expect([run.total, run.past, run.succeeded, run.failures]).toEqual([5, 5, 4, [{ id: 'id3', message: 'No.' }]])
})

test('it rests between two lots and goes on', async () => {
  let arrive = (): void => undefined
  const run = new Run(work(() => new Promise((resolve) => (arrive = () => resolve([])))))
  await vi.waitFor(() => expect(run.state).toBe('running'))
  run.pause()
  run.resume()
  run.pause()
  arrive()
  await vi.waitFor(() => expect(run.past).toBe(2))
  expect(run.state).toBe('paused')
  run.resume()
  run.cancel()
  arrive()
  await vi.waitFor(() => expect(run.past).toBe(4))
  expect(run.state).toBe('cancelled')
})

test('it rests where the server does not answer, and tries the same lot again', async () => {
  let answers = false
  const run = new Run(work(() => (answers ? Promise.resolve([]) : Promise.reject(new ApiError(0, 'The server did not answer.')))))
  await vi.waitFor(() => expect(run.state).toBe('paused'))
  expect([run.past, run.trouble]).toEqual([0, 'The server did not answer.'])
  answers = true
  run.resume()
  await vi.waitFor(() => expect(run.state).toBe('done'))
  expect(run.succeeded).toBe(5)
})

test('it can be given up while it is found out what there is', async () => {
  const run = new Run({ gather: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new ApiError(0, '', { aborted: true })))), send: () => Promise.resolve([]), size: 2 })
  run.cancel()
  await Promise.resolve()
  expect([run.state, run.past]).toEqual(['cancelled', 0])
})
