import { expect, test, vi } from 'vitest'
import { oncePerFrame } from './frame'

test('whatever happens within a frame is shown once, and what happens after it again', () => {
  const frames: FrameRequestCallback[] = []
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame))
  const act = vi.fn()
  const show = oncePerFrame(act)
  for (let n = 0; n < 1_000; n += 1) show()
  expect([frames.length, act.mock.calls.length]).toEqual([1, 0])
  frames.shift()?.(0)
  expect(act).toHaveBeenCalledTimes(1)
  show()
  frames.shift()?.(0)
  expect(act).toHaveBeenCalledTimes(2)
  vi.unstubAllGlobals()
})
