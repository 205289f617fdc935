/** Templates of mails: what stands for what, and how they look before they are sent. */

/** The text with its placeholders filled; those that mean nothing stay as they are, as the server leaves them. */
export function filled(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\{[A-Z_]+(?::\w+)?\}/g, (placeholder) => values[placeholder.slice(1, -1)] ?? placeholder)
}

/** A mail for looking at: its styles lie beside it, since the policy of the dashboard's pages lets none in by themselves. */
export interface Shown {
  html: string
  css: string
}

const DROPPED = /<(script|iframe|object|embed|form)\b[\s\S]*?(<\/\1\s*>|$)|<\/?(link|meta|base|html|head|body)\b[^>]*>|<!doctype[^>]*>/gi

/** Takes out what would not be shown anyway; that nothing runs is for the frame to see to. */
export function shown(html: string): Shown {
  const css: string[] = []
  const bare = html
    .replaceAll(/<style\b[^>]*>([\s\S]*?)(<\/style\s*>|$)/gi, (_, text: string) => {
      css.push(text)
      return ''
    })
    .replaceAll(DROPPED, '')
    .replaceAll(/<[a-z][^>]*>/gi, (tag) => tag.replaceAll(/([\s"'/])(style|href|src|srcset|on\w+)(\s*=)/gi, '$1data-$2$3'))
  return { html: bare, css: css.join('\n') }
}

/** The page around a mail, as the server sends it (`src/mail/shell.rs`). */
export const MAIL_CSS = `
body, html { margin: 0; padding: 0; color: #16161a; background: #ffffff;
  font: 14px/20px system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; overflow-wrap: anywhere; }
body { padding: 20px 30px; }
p { margin: 10px 0; }
small { font-size: 12px; line-height: 16px; }
hr { height: 1px; border: 0; width: 100%; background: #e1e3e8; }
a { color: inherit; text-decoration: underline; }
.hidden { display: none !important; }
.btn { display: inline-block; padding: 0 24px; border-radius: 5px; color: #ffffff !important; background: #16161a !important;
  font-weight: bold; line-height: 40px; text-align: center; text-decoration: none !important; }
`
