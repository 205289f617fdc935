/** Collections for tests: posts of authors, with comments. */
import type { Collection } from '../api/collections'
import type { Field } from '../api/fields'

function field(name: string, type: Field['type'], options: object = {}): Field {
  return { id: name, name, type, system: false, hidden: false, presentable: false, maxSelect: 1, ...options } as Field
}

function collection(name: string, fields: Field[], type: Collection['type'] = 'base'): Collection {
  const rule = { listRule: null, viewRule: null, createRule: null, updateRule: null, deleteRule: null }
  const id = field('id', 'text', { primaryKey: true })
  return { id: `${name}_id`, name, type, system: false, fields: [id, ...fields], indexes: [], created: '', updated: '', ...rule }
}

export const AUTHORS = collection(
  'authors',
  [field('name', 'text'), field('email', 'email'), field('password', 'password'), field('tokenKey', 'text')],
  'auth',
)

/** An option that would break out of a page, or of a quoted text, if it could. */
export const HOSTILE = `</script>"'`

export const POSTS = collection('posts', [
  field('title', 'text'),
  field('views', 'number'),
  field('published', 'bool'),
  field('state', 'select', { values: ['draft', 'open', HOSTILE] }),
  field('tags', 'select', { values: ['sf', 'crime'], maxSelect: 5 }),
  field('author', 'relation', { collectionId: 'authors_id' }),
  field('readers', 'relation', { collectionId: 'authors_id', maxSelect: 9 }),
  field('place', 'geoPoint'),
  field('extra', 'json'),
  field('created', 'autodate'),
])

export const COMMENTS = collection('comments', [
  field('post', 'relation', { collectionId: 'posts_id' }),
  field('text', 'text'),
  field('votes', 'number'),
])

export const COLLECTIONS = [AUTHORS, POSTS, COMMENTS]
