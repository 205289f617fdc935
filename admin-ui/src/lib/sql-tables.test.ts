import { expect, test } from 'vitest'
import { tablesOf } from './sql-tables'

test('the tables of a query are those that it reads from', () => {
  expect(tablesOf('select id, text from demo1')).toEqual(['demo1'])
  expect(tablesOf('SELECT * FROM a, "b c" AS d JOIN [e] ON a.id = e.id, `f` WHERE a.x IN (SELECT y FROM g)')).toEqual(['a', 'b c', 'e', 'f', 'g'])
  expect(tablesOf('SELECT a.id FROM (SELECT id, n FROM inner_one) a LEFT JOIN main.other o USING (id) ORDER BY a.id, o.n')).toEqual(['inner_one', 'other'])
  expect(tablesOf('SELECT 1 AS id')).toEqual([])
  expect(tablesOf('')).toEqual([])
})

test('each is told once, whatever its case, and what is no table is not told', () => {
  expect(tablesOf('SELECT count(*), posts.id FROM posts UNION SELECT 1, id FROM Posts')).toEqual(['posts'])
  expect(tablesOf('SELECT value FROM posts, json_each(posts.tags)')).toEqual(['posts'])
  expect(tablesOf("SELECT 'a from b', id /* from c */ FROM d -- from e")).toEqual(['d'])
  expect(tablesOf('WITH top(id, n) AS (SELECT id, n FROM posts), more AS (SELECT id FROM users) SELECT * FROM top JOIN more')).toEqual(['posts', 'users'])
})
