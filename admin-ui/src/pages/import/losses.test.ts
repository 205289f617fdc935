import { expect, test } from 'vitest'
import type { Field } from '../../api/fields'
import { newField } from '../collection/new-field'
import { hasValue } from './losses'

test('records with a value are found by a filter', () => {
  expect(hasValue(newField('text', 'a'))).toBe('a != ""')
  expect(hasValue(newField('number', 'a'))).toBe('a != 0')
  expect(hasValue(newField('password', 'a'))).toBe('')
  expect(hasValue({ ...newField('select', 'a'), maxSelect: 3 } as Field)).toBe('a:length > 0')
})
