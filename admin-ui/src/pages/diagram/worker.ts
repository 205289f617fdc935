/** The thread that lays diagrams out: a large one takes longer than a frame. */
import { arrange, type Box, type Link } from './layout'

addEventListener('message', ({ data }: MessageEvent<{ id: number; boxes: Box[]; links: Link[] }>) => {
  postMessage({ id: data.id, layout: arrange(data.boxes, data.links) })
})
