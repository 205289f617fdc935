/** What comes in bursts, such as a stream of changes, and is shown at most once a frame. */

/** A function that runs `act` before the next frame is drawn, however often it is called until then. */
export function oncePerFrame(act: () => void): () => void {
  let isComing = false
  return () => {
    if (isComing) return
    isComing = true
    requestAnimationFrame(() => {
      isComing = false
      act()
    })
  }
}
