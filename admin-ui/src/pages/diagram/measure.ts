/** How wide texts are in the dashboard's letters. */
import type { Measure } from './shape'

/** Waits for the letters, which may be on their way. */
export async function measurer(): Promise<Measure> {
  const family = getComputedStyle(document.body).fontFamily
  const fonts = ['400', '600'].map((weight) => `${weight} 13px ${family}`)
  await Promise.all(fonts.map((font) => document.fonts.load(font))).catch(() => undefined)
  const canvas = document.createElement('canvas').getContext('2d')
  const known = new Map<string, number>()
  return (text, isBold) => {
    const key = `${isBold ? 'b' : 'n'}${text}`
    let width = known.get(key)
    if (width === undefined) {
      if (canvas) canvas.font = (isBold ? fonts[1] : fonts[0]) ?? ''
      width = canvas?.measureText(text).width ?? text.length * 8
      known.set(key, width)
    }
    return width
  }
}
