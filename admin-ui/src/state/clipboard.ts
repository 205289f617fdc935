/** The clipboard, which is closed to pages that are not served from localhost or over TLS. */
import { toasts } from './toasts.svelte'

/** Copies a text, and says so: `what` as in “The id is copied”. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toasts.done(`${what} is copied`)
  } catch {
    toasts.failed('The browser does not let this page copy. Select the text and copy it by hand.')
  }
}
