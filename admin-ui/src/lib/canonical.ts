/**
 * HTML in a form in which two texts are equal that a browser shows alike and that differ in nothing an author wrote:
 * the case of tags, the order and quotes of attributes, entities, and white space between blocks do not count. Nothing
 * is parsed as a document, so nothing is left out.
 */

const BLOCKS =
  /^(address|article|aside|blockquote|body|center|col|colgroup|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|html|iframe|legend|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul|video)$/

const TOKEN = /<!--.*?(?:-->|$)|<![^>]*>|<(\/?)([a-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>|[^<]+|</gis
const ATTRIBUTE = /([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g

const ENTITIES: Record<string, string> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', reg: '®', trade: '™', hellip: '…',
  mdash: '—', ndash: '–', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', bdquo: '„', sbquo: '‚', laquo: '«',
  raquo: '»', bull: '•', middot: '·', deg: '°', times: '×', euro: '€', pound: '£', yen: '¥', sect: '§', para: '¶',
  frac12: '½', plusmn: '±', larr: '←', rarr: '→', shy: '\u00ad', auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö',
  Uuml: 'Ü', szlig: 'ß', eacute: 'é', egrave: 'è', agrave: 'à', ccedil: 'ç', ntilde: 'ñ', aring: 'å', oslash: 'ø',
  aelig: 'æ',
}

interface Tag {
  name: string
  closes: boolean
  attributes: string
}

export function canonical(html: string): string {
  const parts: (string | Tag)[] = []
  let kept = 0
  for (const [whole, slash, name, rest] of html.matchAll(TOKEN)) {
    if (name !== undefined) {
      const tag = { name: name.toLowerCase(), closes: slash === '/', attributes: attributesOf(rest ?? '') }
      if (tag.name === 'pre') kept += tag.closes ? -1 : 1
      parts.push(tag)
    } else if (whole.startsWith('<!')) {
      parts.push({ name: whole, closes: false, attributes: '' })
    } else {
      const text = kept > 0 ? decoded(whole).replaceAll('\r\n', '\n') : decoded(whole.replaceAll(/[ \t\r\n\f]+/g, ' '))
      const last = parts.at(-1)
      if (typeof last === 'string') parts[parts.length - 1] = last + text
      else parts.push(text)
    }
  }
  return written(parts)
}

function written(parts: (string | Tag)[]): string {
  let kept = 0
  return parts
    .map((part, at) => {
      const [before, after] = [parts[at - 1], parts[at + 1]]
      if (typeof part !== 'string') {
        if (part.name === 'pre') kept += part.closes ? -1 : 1
        // The break that holds an empty line open.
        const isFiller = part.name === 'br' && typeof after === 'object' && after.closes && isBlock(after)
        return isFiller ? '' : `<${part.closes ? '/' : ''}${part.name}${part.attributes}>`
      }
      if (kept > 0) return escaped(part)
      let text = part
      if (before === undefined || isEdge(before)) text = text.replace(/^ /, '')
      if (after === undefined || isEdge(after)) text = text.replace(/ $/, '')
      return escaped(text)
    })
    .join('')
}

function isEdge(part: string | Tag): boolean {
  return typeof part === 'object' && (isBlock(part) || part.name === 'br')
}

function isBlock({ name }: Tag): boolean {
  return BLOCKS.test(name)
}

function attributesOf(text: string): string {
  return [...text.matchAll(ATTRIBUTE)]
    .map(([, name = '', double, single, bare]) => [name.toLowerCase(), decoded(double ?? single ?? bare ?? '')] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    .join('')
}

function decoded(text: string): string {
  return text.replaceAll(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole
  })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
