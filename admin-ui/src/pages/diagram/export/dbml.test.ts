import { readFileSync } from 'node:fs'
import { Compiler, Filepath, MemoryProjectLayout } from '@dbml/parse'
import { expect, test } from 'vitest'
import type { Collection } from '../../../api/collections'
import { graphOf } from '../graph'
import { dbml } from './dbml'

const REAL = JSON.parse(readFileSync('../tests/data/collections.json', 'utf8')) as Collection[]

/** As the parser of those who made the language understands it. */
function understood(text: string) {
  const file = Filepath.from('/main.dbml')
  const layout = new MemoryProjectLayout()
  layout.setSource(file, text)
  const report = new Compiler(layout).interpretFile(file)
  expect(report.getErrors().map(({ message, diagnostic }) => `${message}: ${diagnostic}`)).toEqual([])
  const found = report.getValue()
  if (!found) throw new Error('it means nothing')
  return found
}

function collection(name: string, more: Partial<Collection>): Collection {
  const rules = { listRule: null, viewRule: null, createRule: null, updateRule: null, deleteRule: null }
  const key = { id: 'key', name: 'id', type: 'text', primaryKey: true, system: true, hidden: false, required: true }
  return { id: name, name, type: 'base', system: false, indexes: [], created: '', updated: '', ...rules, ...more, fields: [key, ...(more.fields ?? [])] } as Collection
}

const field = (name: string, type: string, more: object = {}) => ({ id: name, name, type, system: false, hidden: false, presentable: false, required: false, ...more }) as never

test('the collections of a real application are valid DBML', () => {
  const { tables, refs, enums } = understood(dbml(graphOf(REAL), 'Acme'))
  expect(tables.map(({ name }) => name)).toEqual(REAL.map(({ name }) => name))
  for (const { name, fields } of REAL) {
    expect(tables.find((one) => one.name === name)?.fields.map((one) => one.name)).toEqual(fields.map((one) => one.name))
  }
  const relations = REAL.flatMap(({ name, fields }) => fields.filter(({ type }) => type === 'relation').map((one) => `${name}.${one.name}`))
  expect(refs.map(({ endpoints: [from] }) => `${from.tableName}.${from.fieldNames[0]}`).sort()).toEqual(relations.sort())
  const cascading = refs.filter(({ onDelete }) => onDelete === 'cascade').map(({ endpoints: [from] }) => `${from.tableName}.${from.fieldNames[0]}`)
  expect(cascading.sort()).toEqual(['demo1.rel_many', 'demo4.rel_many_cascade', 'demo4.rel_one_cascade'])
  const unique = refs.find(({ endpoints: [from] }) => from.fieldNames[0] === 'rel_one_unique')
  expect(unique?.endpoints.map(({ relation }) => relation)).toEqual(['1', '1'])
  expect(enums.map(({ name }) => name)).toContain('demo1-select_one')
})

test('rules are told in the words of the dashboard', () => {
  const { tables } = understood(dbml(graphOf([collection('posts', { listRule: '', viewRule: '@request.auth.id != ""', updateRule: "author = 'a'\n && b != \"\\\\\"" })]), 'x'))
  expect(tables[0]?.note?.value.trim().split('\n')).toEqual([
    'Base collection', 'List: Everyone', 'View: Signed-in users', 'Create: Superusers only', 'Update: author = \'a\' && b != "\\\\"', 'Delete: Superusers only',
  ])
})

test('columns say what they are', () => {
  const posts = collection('posts', {
    fields: [
      field('title', 'text', { required: true, help: "As it's on the cover." }), field('secret', 'email', { hidden: true }), field('n', 'number'),
      field('kind', 'select', { values: ['a "b"', 'c\\d'], maxSelect: 1 }), field('kinds', 'select', { values: ['a', 'b'], maxSelect: 2 }),
    ],
    indexes: [
      'CREATE UNIQUE INDEX `i1` ON `posts` (`title`)', "CREATE UNIQUE INDEX i2 ON posts (secret, n) WHERE secret != ''",
      'CREATE INDEX i3 ON posts (lower(`title`), n DESC)', 'CREATE UNIQUE INDEX i4 ON posts (n) WHERE n > 0',
    ],
  })
  const { tables, enums } = understood(dbml(graphOf([posts]), "Ann's \"box\""))
  const told = tables[0]?.fields.map(({ name, type, pk, unique, not_null, note }) => [name, type.type_name, pk ?? false, unique ?? false, not_null ?? false, note?.value])
  expect(told).toEqual([
    ['id', 'TEXT', true, false, true, 'Text; system'],
    ['title', 'TEXT', false, true, true, "Text; As it's on the cover."],
    ['secret', 'TEXT', false, false, false, 'E-mail; hidden'],
    ['n', 'NUMERIC', false, false, false, 'Number'],
    ['kind', 'posts-kind', false, false, false, 'Choice'],
    ['kinds', 'JSON', false, false, false, 'Choice; several of a, b'],
  ])
  expect(enums[0]?.values.map(({ name }) => name)).toEqual(['a "b"', 'c\\d'])
  expect(tables[0]?.indexes.map(({ name, unique, note, columns }) => [name, unique ?? false, note?.value, columns.map(({ value }) => value)])).toEqual([
    ['i1', true, undefined, ['title']],
    ['i2', false, "only where secret != ''", ['secret', 'n']],
    ['i3', false, undefined, ['lower("title")', 'n']],
    ['i4', false, 'only where n > 0', ['n']],
  ])
})

test('a relation to what is not shown is left out, and nothing at all is valid too', () => {
  const posts = collection('posts', { fields: [field('author', 'relation', { collectionId: 'users', maxSelect: 1, minSelect: 0, cascadeDelete: false })] })
  expect(understood(dbml(graphOf([posts]), 'x')).refs).toEqual([])
  expect(understood(dbml(graphOf([]), '')).tables).toEqual([])
})
