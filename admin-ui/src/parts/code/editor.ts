/**
 * The code editor, which is loaded when somebody begins to write. It lives in a shadow root, where its styles are
 * adopted sheets: the policy of the pages lets no `<style>` in.
 */
import { acceptCompletion, autocompletion, closeCompletion, completionStatus, currentCompletions, moveCompletionSelection, pickedCompletion, selectedCompletion, startCompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { history, historyKeymap, standardKeymap } from '@codemirror/commands'
import { syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { EditorView, keymap, placeholder as hint, type KeyBinding } from '@codemirror/view'
import { filterLanguage } from './filter'
import { colours, look } from './look'
import { marks, setMarks } from './marks'
import type { Described, Editor, EditorOptions, Suggest } from './types'

/** Makes the editor in an element. */
export async function createEditor(options: EditorOptions): Promise<Editor> {
  const { parent, multiline, onchange, onlist } = options
  const language = await languageOf(options)
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open', delegatesFocus: true })
  const described = new Compartment()
  let isGiven = false
  let wasOpen = false

  const said = document.createElement('p')
  said.className = 'cm-said'
  said.setAttribute('role', 'status')

  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: multiline ? options.text : oneLine(options.text),
      extensions: [
        history(),
        look,
        syntaxHighlighting(colours),
        language,
        marks,
        replacement,
        leaving,
        described.of(attributes({ ...options, isInvalid: false, isExpanded: false }, options)),
        completion(options),
        keymap.of([...keys(options), ...historyKeymap, ...standardKeymap]),
        EditorState.tabSize.of(2),
        multiline ? EditorView.lineWrapping : [EditorView.clipboardInputFilter.of(oneLine), inOneLine],
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !isGiven) onchange(update.state.doc.toString())
          const isOpen = completionStatus(update.state) === 'active'
          const found = isOpen ? currentCompletions(update.state).length : 0
          const words = isOpen ? `${found} ${found === 1 ? 'suggestion' : 'suggestions'}` : ''
          if (said.textContent !== words) said.textContent = words
          if (isOpen !== wasOpen) onlist((wasOpen = isOpen))
        }),
      ],
    }),
  })
  view.dom.append(said)
  // The editor says it of every input; it is true of those of several lines, and comboboxes do not have it.
  if (!multiline || suggests(options)) view.contentDOM.removeAttribute('aria-multiline')

  function clamped(at: number): number {
    return Math.min(at, view.state.doc.length)
  }

  return {
    content: view.contentDOM,
    set(text) {
      const wanted = multiline ? text : oneLine(text)
      if (wanted === view.state.doc.toString()) return
      isGiven = true
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: wanted }, selection: { anchor: wanted.length } })
      isGiven = false
    },
    mark: (list) => view.dispatch({ effects: setMarks.of(list) }),
    describe: (now) => view.dispatch({ effects: described.reconfigure(attributes(now, options)) }),
    focus: () => view.focus(),
    selection: () => ({ from: view.state.selection.main.from, to: view.state.selection.main.to }),
    select: (from, to) => view.dispatch({ selection: { anchor: clamped(from), head: clamped(to) } }),
    insert(text) {
      view.dispatch(view.state.replaceSelection(text), { userEvent: 'input' })
      view.focus()
    },
    close: () => view.destroy(),
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

/** Whatever brings a second line brings it as a blank. */
const inOneLine = EditorState.transactionFilter.of((transaction) => {
  if (transaction.newDoc.lines <= 1) return transaction
  const text = transaction.newDoc.toString()
  return [transaction, { changes: { from: 0, to: text.length, insert: oneLine(text) }, sequential: true }]
})

/** Browsers keep the look of a text that is typed over, as a style in the element, which the policy of the pages refuses. */
const replacement = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { inputType, data, isComposing } = event
    if (inputType !== 'insertText' || data === null || isComposing || view.state.selection.main.empty) return false
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true })
    event.preventDefault()
    return true
  },
})

/** A list that was on its way when one went elsewhere does not come any more. */
const leaving = EditorView.domEventHandlers({
  blur(_event, view) {
    setTimeout(() => {
      if (view.dom.isConnected && !view.hasFocus) closeCompletion(view)
    }, 10)
  },
})

function attributes({ label, placeholder, isInvalid, isExpanded }: Described, options: EditorOptions): Extension {
  const fixed = {
    'aria-label': label,
    autocapitalize: 'none',
    autocorrect: 'off',
    spellcheck: 'false',
    ...(isInvalid ? { 'aria-invalid': 'true' } : {}),
  }
  const listed = ({ state }: EditorView) => ({
    role: 'combobox',
    'aria-expanded': String(isExpanded || completionStatus(state) === 'active'),
  })
  return [
    EditorView.contentAttributes.of(fixed),
    suggests(options) ? EditorView.contentAttributes.of(listed) : [],
    // As an element, for comboboxes do not have the attribute that goes with a text.
    placeholder === '' ? [] : hint(() => Object.assign(document.createElement('span'), { textContent: placeholder })),
  ]
}

function suggests({ suggest, language }: EditorOptions): boolean {
  return suggest !== undefined || language === 'sql'
}

async function languageOf({ language, tables }: EditorOptions): Promise<Extension> {
  if (language === 'json') return (await import('@codemirror/lang-json')).json()
  if (language === 'sql') {
    const { SQLite, sql } = await import('@codemirror/lang-sql')
    return sql({ dialect: SQLite, ...(tables ? { schema: tables } : {}), upperCaseKeywords: true })
  }
  return filterLanguage
}

function completion(options: EditorOptions): Extension {
  const { suggest, multiline } = options
  if (!suggests(options)) return []
  return autocompletion({
    ...(suggest ? { override: [sourceOf(suggest)] } : {}),
    icons: false,
    // In one line Enter is for what was written, until the arrows chose.
    selectOnOpen: multiline,
    interactionDelay: 0,
    activateOnCompletion: ({ type }) => type === 'goes-on',
    defaultKeymap: false,
  })
}

function sourceOf(suggest: Suggest): (context: CompletionContext) => Promise<CompletionResult | null> {
  return async (context) => {
    const asking = new AbortController()
    context.addEventListener('abort', () => asking.abort())
    const found = await suggest(context.state.doc.toString(), context.pos, context.explicit, asking.signal)
    if (!found || found.options.length === 0) return null
    return {
      from: found.from,
      filter: false,
      options: found.options.map((option) => {
        const { label, text = label, hint: detail = '', goesOn } = option
        return {
          label,
          detail,
          type: goesOn ? 'goes-on' : 'whole',
          apply(view, picked, from) {
            const to = Math.max(found.to, view.state.selection.main.head)
            view.dispatch({
              changes: { from, to, insert: text },
              selection: { anchor: from + text.length },
              userEvent: 'input.complete',
              annotations: pickedCompletion.of(picked),
              scrollIntoView: true,
            })
          },
        }
      }),
    }
  }
}

/** Takes what the arrows chose, or the first. */
function take(view: EditorView): boolean {
  if (completionStatus(view.state) !== 'active') return false
  if (!selectedCompletion(view.state)) moveCompletionSelection(true)(view)
  return acceptCompletion(view)
}

function keys({ multiline, onsubmit }: EditorOptions): KeyBinding[] {
  return [
    { key: 'Ctrl-Space', run: startCompletion },
    // It closes the list, and nothing around it.
    { key: 'Escape', run: closeCompletion, stopPropagation: true },
    { key: 'ArrowDown', run: moveCompletionSelection(true) },
    { key: 'ArrowUp', run: moveCompletionSelection(false) },
    { key: 'PageDown', run: moveCompletionSelection(true, 'page') },
    { key: 'PageUp', run: moveCompletionSelection(false, 'page') },
    { key: 'Tab', run: take },
    { key: 'Mod-Enter', run: onsubmit },
    { key: 'Enter', run: (view) => acceptCompletion(view) || (!multiline && (closeCompletion(view), onsubmit(), true)) },
  ]
}

