import { expect, test } from 'vitest'
import { isFaulty, tabsOf } from './tabs'

const names = (...of: Parameters<typeof tabsOf>): string[] => tabsOf(...of).map(({ value }) => value)

test('each type of collection has the tabs that mean something for it', () => {
  expect(names('base', true)).toEqual(['fields', 'rules', 'indexes'])
  expect(names('view', false)).toEqual(['query', 'rules', 'danger'])
  expect(names('auth', false)).toEqual(['fields', 'rules', 'indexes', 'auth', 'mail', 'danger'])
})

test('an error belongs to the tab that shows its option', () => {
  const at = (path: string): string[] =>
    tabsOf('auth', false).filter((tab) => isFaulty(tab, { [path]: 'no' })).map(({ value }) => value)
  expect(at('fields.2.name')).toEqual(['fields'])
  expect(at('otp.emailTemplate.body')).toEqual(['mail'])
  expect(at('otp.length')).toEqual(['auth'])
  expect(at('name')).toEqual([])
})
