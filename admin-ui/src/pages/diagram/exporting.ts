/** What the menu of exports does. */
import { download } from '../../lib/clipboard'
import { saveFile } from '../../lib/save-file'
import { instance } from '../../state/instance.svelte'
import { toasts } from '../../state/toasts.svelte'
import type { Graph } from './graph'
import type { Scene } from './scene'

/** Named after the app, as its other files are. */
function fileName(ending: string): string {
  const own = instance.name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '')
  return `${own || 'tuckbox'}-collections.${ending}`
}

export type Kind = 'svg' | 'png' | 'dbml'

/** Makes a file of what is shown. */
export async function exportAs(kind: Kind, graph: Graph, scene: Scene | undefined): Promise<void> {
  try {
    if (kind === 'dbml') {
      const { dbml } = await import('./export/dbml')
      return saveFile(fileName('dbml'), dbml(graph, instance.name || 'Tuckbox'), 'text/plain')
    }
    if (!scene) return
    const { svg, png } = await import('./export/image')
    const image = svg(scene)
    if (kind === 'svg') saveFile(fileName('svg'), image.text, 'image/svg+xml')
    else download(await png(image), fileName('png'))
  } catch {
    toasts.failed(kind === 'png' ? 'The browser could not draw a picture of this size: export it as SVG.' : 'The file could not be made. Try again.')
  }
}
