/** The diagram as a file: the same drawing, with colours instead of the theme's names for them. */
import { flushSync, mount, unmount } from 'svelte'
import { colours } from '../palette'
import type { Scene } from '../scene'
import Sheet from './Sheet.svelte'

export interface Picture {
  text: string
  width: number
  height: number
}

export function svg(scene: Scene): Picture {
  const target = document.createElement('div')
  const sheet = mount(Sheet, { target, props: { scene, palette: colours() } })
  try {
    flushSync()
    const root = target.querySelector('svg')
    if (!root) throw new Error('nothing was drawn')
    tidy(root)
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(root)}\n`
    return { text, width: Number(root.getAttribute('width')), height: Number(root.getAttribute('height')) }
  } finally {
    void unmount(sheet)
  }
}

/** What only the page needs is no part of the file. */
function tidy(root: Element): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT)
  const comments: Node[] = []
  while (walker.nextNode()) comments.push(walker.currentNode)
  for (const one of comments) one.parentNode?.removeChild(one)
  for (const one of root.querySelectorAll('[class]')) one.removeAttribute('class')
}

/** How sharp a picture is where nothing forbids it, and how large browsers let one be: of most of them, of all. */
const SHARP = 2
const LIMITS = [
  { side: 12_000, area: 64e6 },
  { side: 4_096, area: 16e6 },
]

/** The same in pixels; smaller where it would be too large for the browser. */
export async function png({ text, width, height }: Picture): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    for (const { side, area } of LIMITS) {
      const scale = Math.min(SHARP, side / width, side / height, Math.sqrt(area / (width * height)))
      const made = await drawn(image, Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale)))
      if (made) return made
    }
    throw new Error('the browser draws no picture of this size')
  } finally {
    URL.revokeObjectURL(address)
  }
}

async function drawn(image: CanvasImageSource, width: number, height: number): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')?.drawImage(image, 0, 0, width, height)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}
