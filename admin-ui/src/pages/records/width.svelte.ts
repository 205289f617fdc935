/** How wide the panel of a record is, for all collections. */

export const USUAL = 640
export const LEAST = 400
export const MOST = 1_200
const KEPT_AS = 'tuckbox_panel_width'

class PanelWidth {
  pixels = $state(read())

  set(pixels: number): void {
    this.pixels = pixels
    localStorage.setItem(KEPT_AS, String(pixels))
  }
}

function read(): number {
  const kept = Number(localStorage.getItem(KEPT_AS) ?? USUAL)
  return kept >= LEAST && kept <= MOST ? kept : USUAL
}

export const panelWidth = new PanelWidth()
