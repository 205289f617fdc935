/** The colour of an instance, made fit to read: bent until it stands out from every background, with a text colour for it. */

type Rgb = readonly [red: number, green: number, blue: number]

/** What WCAG asks of text. */
export const ENOUGH = 4.5

/** The backgrounds that it lies on (`app.css`), in light and in dark. */
const LIGHT = ['#ffffff', '#f6f7f9', '#eceef2']
const DARK = ['#14161b', '#1a1d23', '#23272f']
const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]

export interface Accent {
  accent: string
  /** Text on it. */
  on: string
  /** A surface that is tinted by it; the accent is readable there. */
  soft: string
}

/** A colour of six hexadecimal digits; `undefined` for any other text. */
export function parsed(hex: string): Rgb | undefined {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex.trim())
  return found ? [channel(found[1]), channel(found[2]), channel(found[3])] : undefined
}

/** How much two colours stand out from each other: 1 to 21. */
export function contrast(one: string, other: string): number {
  const [first, second] = [parsed(one), parsed(other)]
  return first && second ? ratio(first, second) : 1
}

/** The accent for light and for dark pages; nothing where the text is no colour. */
export function accents(hex: string): { light: Accent; dark: Accent } | undefined {
  const colour = parsed(hex)
  if (!colour) return undefined
  return { light: fitting(colour, LIGHT, BLACK), dark: fitting(colour, DARK, WHITE) }
}

function fitting(colour: Rgb, backgrounds: readonly string[], towards: Rgb): Accent {
  const grounds = backgrounds.map((one) => parsed(one) ?? WHITE)
  const ground = grounds[0] ?? WHITE
  let bent = colour
  let soft = mixed(ground, bent, 0.13)
  for (let step = 0; step <= 50; step += 1) {
    bent = mixed(colour, towards, step / 50)
    soft = mixed(ground, bent, 0.13)
    if ([...grounds, soft].every((one) => ratio(one, bent) >= ENOUGH)) break
  }
  // Whichever of the two is read better; one of them always is.
  const ink = mixed(BLACK, bent, 0.1)
  const on = ratio(WHITE, bent) >= ENOUGH || ratio(WHITE, bent) > ratio(ink, bent) ? WHITE : ratio(ink, bent) >= ENOUGH ? ink : BLACK
  return { accent: hexOf(bent), on: hexOf(on), soft: hexOf(soft) }
}

const channel = (two: string | undefined): number => Number.parseInt(two ?? '0', 16)

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (one: number, other: number): number => Math.round(one + (other - one) * share)
  return [part(from[0], to[0]), part(from[1], to[1]), part(from[2], to[2])]
}

const hexOf = (colour: Rgb): string => `#${colour.map((one) => one.toString(16).padStart(2, '0')).join('')}`

function ratio(one: Rgb, other: Rgb): number {
  const [bright, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (bright + 0.05) / (dark + 0.05)
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((one) => {
    const share = one / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
