/** Keys, as a person calls them. */

/** The key that goes with letters for commands. */
export const COMMAND_KEY = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl'

/** Whether a key is for what is typed into, and not for the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  // Of what lies in a shadow root, the page only sees the root's host.
  if (target.shadowRoot?.activeElement) return isTyping(target.shadowRoot.activeElement)
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}
