// Collections that the tests share by shape, never by name.

/** Every field type once, and a relation to `target`. */
export const everyField = (target) => [
  { name: 'title', type: 'text', required: true, max: 80 },
  { name: 'body', type: 'editor' },
  { name: 'score', type: 'number' },
  { name: 'active', type: 'bool' },
  { name: 'contact', type: 'email' },
  { name: 'site', type: 'url' },
  { name: 'due', type: 'date' },
  { name: 'created', type: 'autodate', onCreate: true },
  { name: 'updated', type: 'autodate', onCreate: true, onUpdate: true },
  { name: 'kind', type: 'select', values: ['a', 'b', 'c'], maxSelect: 1 },
  { name: 'tags', type: 'select', values: ['red', 'green', 'blue'], maxSelect: 3 },
  { name: 'cover', type: 'file', maxSelect: 1 },
  { name: 'papers', type: 'file', maxSelect: 5 },
  { name: 'parent', type: 'relation', collectionId: target, maxSelect: 1 },
  { name: 'friends', type: 'relation', collectionId: target, maxSelect: 9 },
  { name: 'extra', type: 'json' },
  { name: 'pin', type: 'password', min: 4 },
  { name: 'place', type: 'geoPoint' },
]

export const OPEN = { listRule: '', viewRule: '', createRule: '', updateRule: '', deleteRule: '' }
