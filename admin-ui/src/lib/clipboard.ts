/** The clipboard, also where the browser gives it only to pages that came over TLS. */

/** Puts a text into it; whether that went well. */
export async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      // Not allowed, or too long after the click: the old way may still go.
    }
  }
  let isDone = false
  const put = (event: ClipboardEvent): void => {
    event.preventDefault()
    event.stopImmediatePropagation()
    event.clipboardData?.setData('text/plain', text)
    isDone = true
  }
  document.addEventListener('copy', put, { capture: true, once: true })
  document.execCommand('copy')
  document.removeEventListener('copy', put, { capture: true })
  return isDone
}

/** Hands a file to the browser, which puts it where downloads go. */
export function download(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The browser takes it in its own time.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
