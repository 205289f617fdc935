/** The thread that lays diagrams out: a large one takes longer than a frame. */
import type { Box, Link } from './boxes'
import { arrange } from './layout'

addEventListener('message', ({ data }: MessageEvent<{ id: number; boxes: Box[]; links: Link[] }>) => {
  postMessage({ id: data.id, layout: arrange(data.boxes, data.links) })
})
