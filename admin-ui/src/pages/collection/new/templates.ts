/** Collections to begin with: data alone. `make.ts` makes of it what is sent. */
import type { Field } from '../../../api/fields'
import type { RuleName } from '../plan/plan'

/** The collection of the accounts, whatever it is called here. */
export const ACCOUNTS = '@accounts'

export type TemplateField = Partial<Omit<Field, 'type' | 'name'>> &
  Pick<Field, 'name' | 'type'> & {
    /** What a relation points to: another collection of the template, or the accounts. */
    to?: string
    values?: string[]
    maxSelect?: number
    min?: number
    mimeTypes?: string[]
    pattern?: string
    cascadeDelete?: boolean
  }

export interface TemplateCollection {
  name: string
  fields: TemplateField[]
  indexes: { fields: string[]; unique?: true }[]
  /** What is not named is for superusers alone. */
  rules: Partial<Record<RuleName, string>>
}

export interface Template {
  id: string
  label: string
  /** What it is for, and who may do what. */
  hint: string
  collections: TemplateCollection[]
}

const ME = '@request.auth.id'
/** Goes before whatever is reached through a relation: where nothing is found there, a guest, who has no id, would be
 * the same. */
const SIGNED_IN = `${ME} != ""`
const IMAGES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif']
const SLUG = '^[a-z0-9-]+$'

export const TEMPLATES: readonly Template[] = [
  {
    id: 'posts',
    label: 'Posts with authors',
    hint: 'A blog. Everyone reads what is published; authors read and write their own.',
    collections: [
      {
        name: 'authors',
        fields: [
          { name: 'name', type: 'text', required: true, presentable: true },
          { name: 'bio', type: 'editor' },
          { name: 'picture', type: 'file', mimeTypes: IMAGES },
          { name: 'account', type: 'relation', to: ACCOUNTS, required: true },
        ],
        indexes: [{ fields: ['account'], unique: true }],
        rules: { listRule: '', viewRule: '', createRule: `${SIGNED_IN} && account = ${ME}`, updateRule: `account = ${ME} && @request.body.account:changed = false` },
      },
      {
        name: 'posts',
        fields: [
          { name: 'title', type: 'text', required: true, presentable: true },
          { name: 'slug', type: 'text', required: true, pattern: SLUG },
          { name: 'body', type: 'editor' },
          { name: 'cover', type: 'file', mimeTypes: IMAGES },
          { name: 'status', type: 'select', values: ['draft', 'published'], required: true },
          { name: 'author', type: 'relation', to: 'authors', required: true },
        ],
        indexes: [{ fields: ['slug'], unique: true }, { fields: ['status', 'author'] }],
        rules: {
          listRule: `status = "published" || (${SIGNED_IN} && author.account = ${ME})`,
          viewRule: `status = "published" || (${SIGNED_IN} && author.account = ${ME})`,
          createRule: `${SIGNED_IN} && author.account = ${ME}`,
          updateRule: `${SIGNED_IN} && author.account = ${ME} && @request.body.author:changed = false`,
          deleteRule: `${SIGNED_IN} && author.account = ${ME}`,
        },
      },
    ],
  },
  {
    id: 'tasks',
    label: 'Tasks',
    hint: 'What is to be done, by when. Each person sees and changes their own alone.',
    collections: [
      {
        name: 'tasks',
        fields: [
          { name: 'title', type: 'text', required: true, presentable: true },
          { name: 'notes', type: 'editor' },
          { name: 'done', type: 'bool' },
          { name: 'due', type: 'date' },
          { name: 'priority', type: 'select', values: ['low', 'normal', 'high'] },
          { name: 'owner', type: 'relation', to: ACCOUNTS, required: true, cascadeDelete: true },
        ],
        indexes: [{ fields: ['owner', 'done', 'due'] }],
        rules: {
          listRule: `owner = ${ME}`,
          viewRule: `owner = ${ME}`,
          createRule: `${SIGNED_IN} && owner = ${ME}`,
          updateRule: `owner = ${ME} && @request.body.owner:changed = false`,
          deleteRule: `owner = ${ME}`,
        },
      },
    ],
  },
  {
    id: 'products',
    label: 'Products',
    hint: 'A catalogue in categories. Everyone sees what is for sale; superusers keep it.',
    collections: [
      {
        name: 'categories',
        fields: [
          { name: 'name', type: 'text', required: true, presentable: true },
          { name: 'slug', type: 'text', required: true, pattern: SLUG },
        ],
        indexes: [{ fields: ['slug'], unique: true }],
        rules: { listRule: '', viewRule: '' },
      },
      {
        name: 'products',
        fields: [
          { name: 'name', type: 'text', required: true, presentable: true },
          { name: 'sku', type: 'text', required: true },
          { name: 'price', type: 'number', min: 0, required: true },
          { name: 'description', type: 'editor' },
          { name: 'images', type: 'file', mimeTypes: IMAGES, maxSelect: 8 },
          { name: 'category', type: 'relation', to: 'categories' },
          { name: 'active', type: 'bool' },
        ],
        indexes: [{ fields: ['sku'], unique: true }, { fields: ['active', 'category'] }],
        rules: { listRule: 'active = true', viewRule: 'active = true' },
      },
    ],
  },
  {
    id: 'organisations',
    label: 'Organisations with members',
    hint: 'Several organisations in one app. Members see theirs; its owner says who belongs to it.',
    collections: [
      {
        name: 'organisations',
        fields: [
          { name: 'name', type: 'text', required: true, presentable: true },
          { name: 'owner', type: 'relation', to: ACCOUNTS, required: true },
        ],
        indexes: [{ fields: ['owner'] }],
        rules: {
          listRule: `${SIGNED_IN} && (owner = ${ME} || memberships_via_organisation.person ?= ${ME})`,
          viewRule: `${SIGNED_IN} && (owner = ${ME} || memberships_via_organisation.person ?= ${ME})`,
          createRule: `${SIGNED_IN} && owner = ${ME}`,
          updateRule: `owner = ${ME}`,
          deleteRule: `owner = ${ME}`,
        },
      },
      {
        name: 'memberships',
        fields: [
          { name: 'organisation', type: 'relation', to: 'organisations', required: true, cascadeDelete: true },
          { name: 'person', type: 'relation', to: ACCOUNTS, required: true, cascadeDelete: true },
          { name: 'role', type: 'select', values: ['member', 'admin'], required: true },
        ],
        indexes: [{ fields: ['organisation', 'person'], unique: true }, { fields: ['person'] }],
        rules: {
          listRule: `${SIGNED_IN} && (person = ${ME} || organisation.owner = ${ME})`,
          viewRule: `${SIGNED_IN} && (person = ${ME} || organisation.owner = ${ME})`,
          createRule: `${SIGNED_IN} && organisation.owner = ${ME}`,
          updateRule: `${SIGNED_IN} && organisation.owner = ${ME} && @request.body.organisation:changed = false`,
          deleteRule: `${SIGNED_IN} && (person = ${ME} || organisation.owner = ${ME})`,
        },
      },
    ],
  },
  {
    id: 'messages',
    label: 'Messages from a form',
    hint: 'What visitors write to you. Everyone may send one; superusers alone read them.',
    collections: [
      {
        name: 'messages',
        fields: [
          { name: 'name', type: 'text', required: true, presentable: true },
          { name: 'email', type: 'email', required: true },
          { name: 'message', type: 'text', required: true },
        ],
        indexes: [],
        rules: { createRule: '' },
      },
    ],
  },
]
