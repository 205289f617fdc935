/** The colours of filters and rules: names, operators, texts, macros. */
import { StreamLanguage } from '@codemirror/language'

export const filterLanguage = StreamLanguage.define<{ quote: string }>({
  name: 'filter',
  startState: () => ({ quote: '' }),
  token(stream, state) {
    if (state.quote !== '') return restOfText()
    if (stream.eatSpace()) return null
    if (stream.match('//')) {
      stream.skipToEnd()
      return 'comment'
    }
    const quote = stream.eat(/["']/)
    if (typeof quote === 'string') {
      state.quote = quote
      return restOfText()
    }
    if (stream.match(/^-?\d+(\.\d+)?/)) return 'number'
    if (stream.match(/^(true|false|null)(?![\w.:])/)) return 'atom'
    if (stream.match(/^@(request|collection)\b[\w.:]*/)) return 'propertyName'
    if (stream.match(/^@\w+/)) return 'atom'
    if (stream.match(/^[A-Za-z_#][\w.]*/)) return 'variableName'
    if (stream.match(/^:\w*/)) return 'modifier'
    if (stream.match(/^(&&|\|\|)/)) return 'keyword'
    if (stream.match(/^[=!?<>~]+/)) return 'operator'
    stream.next()
    return null

    function restOfText(): string {
      for (let one = stream.next(); one !== undefined && one !== null; one = stream.next()) {
        if (one === '\\') stream.next()
        else if (one === state.quote) {
          state.quote = ''
          break
        }
      }
      return 'string'
    }
  },
})
