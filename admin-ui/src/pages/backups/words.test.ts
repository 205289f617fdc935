import { expect, test } from 'vitest'
import { isScheduled, nameFault, nameOf, runningWords } from './words'

test('a name need not be typed with its ending', () => {
  expect(nameOf(' before-update ')).toBe('before-update.zip')
  expect(nameOf('a.zip')).toBe('a.zip')
  expect(nameOf('  ')).toBe('')
})

test('a name is checked as the server does', () => {
  expect(nameFault('', ['a.zip'])).toBe('')
  expect(nameFault('before_update-2', ['a.zip'])).toBe('')
  expect(nameFault('a', ['a.zip'])).toBe('There is already one of this name.')
  expect(nameFault('Before', [])).toBe('Use only lowercase letters, digits, - and _.')
  expect(nameFault('before update', [])).toBe('Use only lowercase letters, digits, - and _, then .zip.')
  expect(nameFault('a.tar', [])).toBe('Use only lowercase letters, digits, - and _, then .zip.')
  expect(nameFault('a'.repeat(147), [])).toBe('A name has at most 150 characters.')
})

test('what is under way is named', () => {
  expect(runningWords({ kind: 'create', key: '' })).toBe('A backup is being made')
  expect(runningWords({ kind: 'restore', key: 'a.zip' })).toBe('a.zip is being made ready to be restored')
  expect([isScheduled('@auto_pb_backup_acme.zip'), isScheduled('pb_backup_acme.zip')]).toEqual([true, false])
})
