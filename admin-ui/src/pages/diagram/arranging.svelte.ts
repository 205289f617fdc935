/** Asks the thread for places, and keeps the last ones until there are others. */
import { startThread } from '../../state/threads'
import type { Edge } from './graph'
import type { Layout } from './boxes'
import type { Shape } from './shape'

interface Asked {
  /** Which way of looking it is for. */
  view: string
  shapes: readonly Shape[]
  edges: readonly Edge[]
}

export class Arranging {
  /** What was laid out last. */
  found: (Asked & { layout: Layout; key: string }) | undefined = $state.raw()
  failed = $state(false)
  #thread: Worker | undefined
  #asked: (Asked & { id: number; key: string }) | undefined
  #count = 0

  /** Boxes of other sizes or other links are laid out anew; all else is taken over as it is. */
  ask(view: string, shapes: readonly Shape[], edges: readonly Edge[]): void {
    const boxes = shapes.map(({ id, width, height }) => ({ id, width, height }))
    const links = edges.map(({ id, from, to }) => ({ id, from, to }))
    const key = JSON.stringify([boxes, links])
    if (this.found?.key === key) {
      this.#asked = undefined
      this.found = { ...this.found, view, shapes, edges }
      return
    }
    if (this.#asked?.key === key) {
      this.#asked = { ...this.#asked, view, shapes, edges }
      return
    }
    this.#count += 1
    this.#asked = { id: this.#count, key, view, shapes, edges }
    this.failed = false
    this.#thread ??= this.#start()
    this.#thread.postMessage({ id: this.#count, boxes, links })
  }

  end(): void {
    this.#thread?.terminate()
    this.#thread = undefined
    this.#asked = undefined
  }

  #start(): Worker {
    const thread = startThread('diagram')
    thread.addEventListener('message', ({ data }: MessageEvent<{ id: number; layout: Layout }>) => {
      if (data.id !== this.#asked?.id) return
      const { view, shapes, edges, key } = this.#asked
      this.#asked = undefined
      this.found = { view, shapes, edges, key, layout: data.layout }
    })
    thread.addEventListener('error', () => {
      this.end()
      this.failed = true
    })
    return thread
  }
}
