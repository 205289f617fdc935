import { expect, test } from 'vitest'
import type { Collection } from '../../../api/collections'
import { accountsOf, made, obstacle } from './make'
import { ACCOUNTS, TEMPLATES } from './templates'

const users = { id: 'u', name: 'users', type: 'auth', system: false } as Collection
const superusers = { id: 's', name: '_superusers', type: 'auth', system: true } as Collection

test('templates are whole: what they name is there', () => {
  for (const { id, collections } of TEMPLATES) {
    const names = collections.map(({ name }) => name)
    for (const { name, fields, indexes } of collections) {
      const own = fields.map((field) => field.name)
      expect(new Set(own).size, `${id}: ${name}`).toBe(own.length)
      expect(indexes.flatMap((index) => index.fields).filter((field) => !own.includes(field)), `${id}: ${name}`).toEqual([])
      for (const { type, to = '' } of fields) {
        if (type === 'relation') expect([...names, ACCOUNTS], `${id}: ${name}`).toContain(to)
      }
    }
  }
})

test('collections of a template point to each other and to the accounts', () => {
  const posts = TEMPLATES[0]
  if (!posts) throw new Error('no template')
  const [authors, its] = made(posts, [superusers, users])
  expect(authors?.fields?.find(({ name }) => name === 'account')).toMatchObject({ collectionId: 'u' })
  expect(its?.fields?.find(({ name }) => name === 'author')).toMatchObject({ collectionId: authors?.id, maxSelect: 1 })
  expect(its?.fields?.at(-1)?.name).toBe('updated')
  expect([authors?.listRule, authors?.deleteRule]).toEqual(['', null])
})

test('what stands in the way of a template is said', () => {
  const [posts] = TEMPLATES
  if (!posts) throw new Error('no template')
  expect(accountsOf([superusers])).toBeUndefined()
  expect(obstacle(posts, [superusers, users])).toBe('')
  expect(obstacle(posts, [superusers])).toMatch(/auth collection/)
  expect(obstacle(posts, [users, { ...users, name: 'posts' }])).toBe('There is a collection posts already.')
})
