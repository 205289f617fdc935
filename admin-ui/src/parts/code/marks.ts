/** What is wrong, underlined at its place; what is missing, as a mark behind the last character. */
import { StateEffect, StateField, type Extension, type Range } from '@codemirror/state'
import { Decoration, EditorView, WidgetType, type DecorationSet } from '@codemirror/view'
import type { Mark } from './types'

export const setMarks = StateEffect.define<readonly Mark[]>()

class Missing extends WidgetType {
  constructor(readonly message: string) {
    super()
  }

  override eq(other: Missing): boolean {
    return other.message === this.message
  }

  toDOM(): HTMLElement {
    const dots = document.createElement('span')
    dots.className = 'cm-fault-end'
    dots.textContent = '…'
    dots.title = this.message
    dots.setAttribute('aria-hidden', 'true')
    return dots
  }
}

function decorationOf({ message, from, to }: Mark, length: number): Range<Decoration> {
  const [begin, end] = [Math.min(Math.max(0, from), length), Math.min(Math.max(from, to), length)]
  if (begin < end) return Decoration.mark({ class: 'cm-fault', attributes: { title: message } }).range(begin, end)
  return Decoration.widget({ widget: new Missing(message), side: 1 }).range(begin)
}

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let now = marks.map(transaction.changes)
    for (const effect of transaction.effects) {
      if (!effect.is(setMarks)) continue
      const { length } = transaction.newDoc
      now = Decoration.set(effect.value.map((mark) => decorationOf(mark, length)), true)
    }
    return now
  },
  provide: (self) => EditorView.decorations.from(self),
})

export const marks: Extension = field
