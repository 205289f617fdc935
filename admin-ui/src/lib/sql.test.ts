import { expect, test } from 'vitest'
import { bare, effectOf, isExplainable, isPageable, kindOf, placeOf, planTree, splitSql } from './sql'

const texts = (text: string): string[] => splitSql(text).map((one) => one.text)

test('statements are cut at semicolons, and at no others', () => {
  expect(texts('SELECT 1; SELECT 2;;')).toEqual(['SELECT 1', 'SELECT 2'])
  expect(texts("SELECT ';', \"a;b\", `c;`, [d;] -- e;\n; SELECT 'it''s;'")).toEqual(["SELECT ';', \"a;b\", `c;`, [d;] -- e;", "SELECT 'it''s;'"])
  expect(texts('/* a; b */ SELECT 1')).toEqual(['/* a; b */ SELECT 1'])
  expect(texts('-- nothing;\n /* here */ ;')).toEqual([])
  expect(texts("SELECT 'open; SELECT 2")).toEqual(["SELECT 'open; SELECT 2"])
})

test('the body of a trigger is no statement of its own', () => {
  const trigger = 'CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN 1 THEN 2 END; DELETE FROM c; END'
  expect(texts(`${trigger}; SELECT 1`)).toEqual([trigger, 'SELECT 1'])
  expect(texts('SELECT CASE WHEN 1 THEN 2 END; SELECT 2')).toEqual(['SELECT CASE WHEN 1 THEN 2 END', 'SELECT 2'])
})

test('a statement knows where it lies', () => {
  expect(splitSql(' SELECT 1 ;\n SELECT 2 ')).toEqual([
    { text: 'SELECT 1', from: 1, to: 9 },
    { text: 'SELECT 2', from: 13, to: 21 },
  ])
})

test.each([
  ['SELECT 1', 'read'],
  ['-- x\n delete from a', 'write'],
  ['/**/ ReplacE INTO a VALUES (1)', 'write'],
  ['WITH a AS (SELECT 1) SELECT replace(b, 1, 2) FROM a', 'read'],
  ['WITH a AS (SELECT 1) DELETE FROM b', 'with-write'],
  ['PRAGMA table_info(a)', 'read'],
  ['EXPLAIN DELETE FROM a', 'read'],
  ['', 'read'],
] as const)('%s: %s', (text, kind) => {
  expect(kindOf(text)).toBe(kind)
})

test('what the server looks at first stands first', () => {
  expect(bare('-- why\nDELETE FROM a')).toBe('DELETE FROM a')
})

test('rows come in pages where the engine has them so', () => {
  expect([isPageable('SELECT 1'), isPageable('VALUES (1)'), isPageable('PRAGMA x'), isPageable('WITH a AS (SELECT 1) DELETE FROM b')]).toEqual([true, true, false, false])
  expect([isExplainable('DELETE FROM a'), isExplainable('DROP TABLE a')]).toEqual([true, false])
})

test('what a change would do is told, and counted where that can be', () => {
  expect(effectOf('DELETE FROM "my posts" WHERE a IN (SELECT b FROM c WHERE d) RETURNING id')).toEqual({
    words: 'Deletes rows of my posts',
    isWhole: false,
    isSchema: false,
    countQuery: 'SELECT count(*) FROM "my posts" WHERE a IN (SELECT b FROM c WHERE d)',
  })
  expect(effectOf('update or ignore main.posts set a = (select 1 where 1)')).toEqual({
    words: 'Changes rows of posts',
    isWhole: true,
    isSchema: false,
    countQuery: 'SELECT count(*) FROM main.posts',
  })
  expect(effectOf('UPDATE a SET b = c.d FROM c WHERE a.id = c.id').countQuery).toBeUndefined()
  expect(effectOf('INSERT INTO posts (a) VALUES (1)').words).toBe('Adds rows to posts')
  expect(effectOf('DROP TABLE IF EXISTS posts')).toEqual({ words: 'Drops table posts', isWhole: false, isSchema: true })
})

test('a complaint is put to the word that it names', () => {
  const place = (text: string, complaint: string): string => {
    const { from, to } = placeOf(text, complaint)
    return text.slice(from, to)
  }
  expect(place('SELECT a FORM users', 'near "users": syntax error.')).toBe('users')
  expect(place('SELECT u.nope FROM users u', 'no such column: u.nope.')).toBe('nope')
  expect(place('SELECT 1 FROM "no table"', 'no such table: users.')).toBe('SELECT 1 FROM "no table"')
  expect(place('SELECT a, a FROM b', 'no such column: a.')).toBe('SELECT a, a FROM b')
  expect(place("SELECT 'a", `unrecognized token: "'a".`)).toBe("'a")
  expect(placeOf('SELECT 1 FROM', 'incomplete input.')).toEqual({ from: 13, to: 13 })
})

test('a plan is a tree', () => {
  const rows = [['4', '0', '0', 'SEARCH a'], ['8', '0', '0', 'LIST SUBQUERY 1'], ['10', '8', '0', 'SCAN b']]
  expect(planTree(rows)).toEqual([
    { id: '4', detail: 'SEARCH a', children: [] },
    { id: '8', detail: 'LIST SUBQUERY 1', children: [{ id: '10', detail: 'SCAN b', children: [] }] },
  ])
})
