/** Gives the browser something to save as a file. */

/** A text. */
export function saveFile(name: string, text: string, type = 'application/json'): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  saveAddress(address, name)
  // The browser has read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** What lies at an address. */
export function saveAddress(address: string, name: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}
