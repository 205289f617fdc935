import { expect, test } from 'vitest'
import type { Field } from '../../api/fields'
import { linesOf } from './lines'

const field = (name: string, type: string, presentable = false) => ({ name, type, presentable }) as Field

test('a card has the first two short fields and a time', () => {
  const fields = [
    field('id', 'text'), field('title', 'text'), field('body', 'editor'), field('year', 'number'), field('cast', 'json'),
    field('kind', 'select'), field('more', 'text'), field('created', 'autodate'), field('updated', 'autodate'),
  ]
  const { beside, time } = linesOf(fields, fields)
  expect([beside.map(({ name }) => name), time?.name]).toEqual([['year', 'kind'], 'updated'])
})

test('what the heading has is not said twice', () => {
  const fields = [field('email', 'email', true), field('name', 'text')]
  expect(linesOf(fields, fields)).toEqual({ beside: [], time: undefined })
})
