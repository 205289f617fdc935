/** The type of a field that its name tells. */
import type { FieldType } from '../api/fields'

const SIGNS: [RegExp, FieldType][] = [
  [/^e-?mail$|_e?mail$/i, 'email'],
  [/^(url|website|homepage|link)$|_(url|link)$/i, 'url'],
  [/^(is|has|can|was)_|^(active|enabled|published|done|archived|verified|featured)$/i, 'bool'],
  [/_(at|on|date|until|from)$|^(date|due|birthday|deadline|starts?|ends?)$/i, 'date'],
  [/^(price|amount|total|count|quantity|age|year|rating|score|stars|position|order|weight|height|width|size|number|sum|cost|views|likes)$|_(count|price|total|amount|id_number|size|minutes|seconds|days)$/i, 'number'],
  [/^(avatar|image|images|photo|photos|picture|cover|file|files|attachment|attachments|document|documents|logo|icon|scan)$|_(image|photo|file|files)$/i, 'file'],
  [/^(body|content|html|article|bio)$|_html$/i, 'editor'],
  [/^(status|state|kind|type|category|role|priority|level|tags?|genres?)$/i, 'select'],
  [/^(data|meta|metadata|settings|options|config|extra|payload|json)$|_json$/i, 'json'],
  [/^(location|place|position_geo|coordinates|geo|latlng)$/i, 'geoPoint'],
  [/^(password|pin)$/i, 'password'],
]

/** Text, unless the name says more; a collection's name, also in the singular, is a relation to it. */
export function guess(name: string, collections: readonly { id: string; name: string }[]): { type: FieldType; collectionId?: string } {
  const plain = name.toLowerCase().replace(/_ids?$/, '')
  const target = collections.find(({ name: other }) => {
    const many = other.toLowerCase()
    return many === plain || many === `${plain}s` || many === `${plain}es` || many === plain.replace(/y$/, 'ies')
  })
  if (target) return { type: 'relation', collectionId: target.id }
  const sign = SIGNS.find(([pattern]) => pattern.test(name))
  return { type: sign?.[1] ?? 'text' }
}
