/** A collection of each type, for tests. */
import type { Collection } from '../../api/collections'
import type { Row } from '../../api/records'
import type { Ground } from './samples'

const common = { system: false, hidden: false, presentable: false }
const text = { ...common, type: 'text', min: 0, max: 0, pattern: '', autogeneratePattern: '', primaryKey: false }
const id = { ...text, id: 'id', name: 'id', primaryKey: true, system: true, autogeneratePattern: '[a-z0-9]{15}' }

export const posts = {
  id: 'pbc_posts', name: 'posts', type: 'base', system: false, created: '', updated: '', indexes: ['CREATE UNIQUE INDEX one ON posts (slug)'],
  listRule: '', viewRule: '', createRule: '@request.auth.id != ""', updateRule: 'author = @request.auth.id', deleteRule: null,
  fields: [
    id,
    { ...text, id: 'f1', name: 'title', max: 5 },
    { ...text, id: 'f2', name: 'slug' },
    { ...common, id: 'f3', name: 'author', type: 'relation', collectionId: 'pbc_users', minSelect: 0, maxSelect: 1, cascadeDelete: false },
    { ...common, id: 'f4', name: 'tags', type: 'select', values: ['a', 'b'], maxSelect: 2 },
    { ...common, id: 'f5', name: 'cover', type: 'file', maxSelect: 1, maxSize: 0, mimeTypes: ['image/png'], thumbs: null, protected: true },
    { ...common, id: 'f6', name: 'pages', type: 'number', min: 20, max: null, onlyInt: false },
    { ...text, id: 'f7', name: 'secret', hidden: true },
    { ...common, id: 'f8', name: 'created', type: 'autodate', onCreate: true, onUpdate: false },
  ],
} as unknown as Collection

export const users = {
  id: 'pbc_users', name: 'users', type: 'auth', system: false, created: '', updated: '', indexes: [], authRule: 'verified = true', manageRule: null,
  listRule: null, viewRule: 'id = @request.auth.id', createRule: '', updateRule: null, deleteRule: null,
  passwordAuth: { enabled: true, identityFields: ['email'] }, oauth2: { enabled: false, providers: [], mappedFields: {} },
  otp: { enabled: false, duration: 180, length: 8 }, mfa: { enabled: false, duration: 600, rule: '' },
  fields: [
    id,
    { ...common, id: 'u1', name: 'email', type: 'email', system: true, onlyDomains: null, exceptDomains: null },
    { ...common, id: 'u2', name: 'emailVisibility', type: 'bool', system: true },
    { ...common, id: 'u3', name: 'verified', type: 'bool', system: true },
    { ...common, id: 'u4', name: 'password', type: 'password', system: true, hidden: true, min: 8, max: 0, pattern: '', cost: 0 },
    { ...text, id: 'u5', name: 'tokenKey', system: true, hidden: true },
    { ...text, id: 'u6', name: 'name' },
  ],
} as unknown as Collection

export const view = { ...posts, id: 'pbc_view', name: 'posts_seen', type: 'view', fields: posts.fields.filter(({ type }) => type !== 'file') } as Collection

export const row = {
  id: 'post00000000001', collectionId: 'pbc_posts', collectionName: 'posts', title: "It's", slug: 'its', author: 'user00000000001', tags: ['b'],
  cover: 'cover_x.png', pages: 42, secret: 'hush', created: '2026-01-01 00:00:00.000Z',
} as Row

export const ground: Ground = { collection: posts, row, targets: { pbc_users: 'user00000000001' } }
export const bare: Ground = { collection: posts, row: undefined, targets: { pbc_users: 'user00000000001' } }
