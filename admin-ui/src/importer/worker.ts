/** The thread that reads files, so that the page stays quick whatever their size. */
import { Lots, whole } from './lots'
import { ReadingError } from './reading/encoding'
import { distinct, scan } from './scan'
import type { Answer, Question } from './reader'

let lots: Lots | undefined

async function answer({ id, ...question }: Question & { id: number }): Promise<unknown> {
  let told = 0
  const tell = (done: number): void => {
    const now = performance.now()
    if (now - told < 50) return
    told = now
    postMessage({ id, done } satisfies Answer)
  }
  switch (question.ask) {
    case 'scan':
      return scan(question.file, question.how, tell)
    case 'distinct':
      return distinct(question.file, question.how, question.places, question.most)
    case 'whole':
      return whole(question.opened, question.plan, tell)
    case 'start':
      lots = new Lots(question.opened, question.plan, question.size)
      return undefined
    case 'next':
      return lots?.next()
    case 'settle':
      lots?.settle(question.number, question.refused)
      return undefined
    case 'repairs':
      return lots?.repairs()
  }
}

addEventListener('message', ({ data }: MessageEvent<Question & { id: number }>) => {
  answer(data).then(
    (result) => postMessage({ id: data.id, result } satisfies Answer),
    (error: unknown) => {
      const fault = error instanceof ReadingError ? error.message : 'The file cannot be read. It may have changed or gone since it was chosen.'
      if (!(error instanceof ReadingError)) console.warn(error)
      postMessage({ id: data.id, fault } satisfies Answer)
    },
  )
})
