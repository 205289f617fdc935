/** How code looks: our tokens, in light and dark alike, for they are what differs. */
import { HighlightStyle } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

export const colours = HighlightStyle.define([
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--info)' },
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.operator, tags.compareOperator, tags.punctuation, tags.separator, tags.bracket], color: 'var(--text-2)' },
  { tag: [tags.modifier, tags.typeName], color: 'var(--accent)' },
  { tag: tags.propertyName, color: 'var(--warn)' },
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
])

export const look = EditorView.theme({
  '&': { color: 'var(--text)', background: 'none' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { font: 'inherit', lineHeight: 'inherit' },
  '.cm-content': { padding: '0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0' },
  '.cm-placeholder': { color: 'var(--text-3)' },
  '.cm-fault': { textDecoration: 'underline wavy var(--bad)', textDecorationSkipInk: 'none', textUnderlineOffset: '3px' },
  '.cm-fault-end': { color: 'var(--bad)', textDecoration: 'underline wavy var(--bad)' },
  '.cm-tooltip': {
    color: 'var(--text)',
    background: 'var(--bg)',
    border: '1px solid var(--line)',
    borderRadius: 'var(--radius)',
    boxShadow: 'var(--lift)',
    overflow: 'hidden',
    zIndex: '30',
  },
  '.cm-tooltip-below': { marginTop: '6px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    padding: '4px',
    minWidth: 'min(240px, 90vw)',
    maxWidth: 'min(560px, calc(100vw - 16px))',
    maxHeight: '280px',
    fontFamily: 'var(--mono)',
    fontSize: '12px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: '24px',
    minHeight: '28px',
    padding: '0 8px',
    lineHeight: '16px',
    borderRadius: '4px',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { color: 'var(--text)', background: 'var(--bg-3)' },
  '.cm-completionLabel': { overflow: 'hidden', textOverflow: 'ellipsis' },
  '.cm-completionDetail': {
    flex: 'none',
    maxWidth: '60%',
    marginLeft: '0',
    overflow: 'hidden',
    color: 'var(--text-3)',
    fontFamily: 'var(--sans)',
    fontStyle: 'normal',
    textOverflow: 'ellipsis',
  },
  '.cm-said': { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)', whiteSpace: 'nowrap' },
  '@media (pointer: coarse)': {
    '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontSize: '14px' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { minHeight: '44px' },
  },
})
