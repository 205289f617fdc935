/** Squire, so that it lives under Trusted Types: HTML becomes nodes by DOMPurify alone. Loaded where it is needed. */
import DOMPurify from 'dompurify'
import Squire from 'squire-rte'
import { canonical } from '../../lib/canonical'

/** Forms and styles are no text: what has them opens in source. */
const TEXT = {
  ADD_ATTR: ['target'],
  FORBID_ATTR: ['style'],
  FORBID_TAGS: ['style', 'form', 'input', 'button', 'select', 'textarea', 'option'],
}

class Editor extends Squire {
  /** Undo puts back what the editor held, with its marks of the selection in it. */
  override _setRawHTML(html: string): this {
    const trusted = DOMPurify.sanitize(html, { RETURN_TRUSTED_TYPE: true })
    super._setRawHTML(trusted as unknown as string)
    return this
  }
}

export type { Editor }

export function createEditor(root: HTMLElement): Editor {
  const editor = new Editor(root, {
    blockTag: 'P',
    sanitizeToDOMFragment: (html) =>
      document.importNode(DOMPurify.sanitize(html, { ...TEXT, RETURN_DOM_FRAGMENT: true }), true),
    didError: (error: unknown) => {
      throw error
    },
  })
  // Tab leaves the editor; lists are indented by Ctrl ].
  editor.setKeyHandler('Tab', null)
  editor.setKeyHandler('Shift-Tab', null)
  return editor
}

/** The same tags as an author used: the editor itself knows but one for bold and one for italic. */
export interface Tags {
  bold: 'b' | 'strong'
  italic: 'i' | 'em'
}

export function tagsOf(html: string): Tags {
  return { bold: /<b[\s>]/i.test(html) ? 'b' : 'strong', italic: /<i[\s>]/i.test(html) ? 'i' : 'em' }
}

/** What the editor holds, as HTML; nothing where it holds nothing. */
export function htmlOf(editor: Editor, { bold, italic }: Tags): string {
  const html = editor
    .getHTML()
    .replaceAll(/<(\/?)b(?=[\s>])/g, `<$1${bold}`)
    .replaceAll(/<(\/?)i(?=[\s>])/g, `<$1${italic}`)
  return canonical(html) === '<p></p>' ? '' : html
}

/** Puts HTML into the editor; `false` where what it would give back is not the same. */
export function load(editor: Editor, html: string, tags: Tags): boolean {
  // What the policy of the page forbids is not even tried.
  if (/<[^>]*\s(style|on\w+)=/i.test(canonical(html))) return false
  editor.setHTML(html)
  return html.trim() === '' || canonical(htmlOf(editor, tags)) === canonical(html)
}

/** Makes the lines of the selection headings, or text again. */
export function setBlock(editor: Editor, tag: string): void {
  editor.modifyBlocks((fragment) => {
    for (const block of fragment.querySelectorAll('p, h1, h2, h3, h4, h5, h6')) {
      const other = document.createElement(tag)
      other.append(...block.childNodes)
      block.replaceWith(other)
    }
    return fragment
  })
}

/** An address as it is typed; without a scheme it is one of the web. */
export function addressOf(typed: string): string {
  const text = typed.trim()
  return /^(https?:|mailto:|tel:|\/|#)/i.test(text) ? text : `https://${text}`
}
