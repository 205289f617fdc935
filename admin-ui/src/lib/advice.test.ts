import { expect, test } from 'vitest'
import { bucketAdvice, codeIn, mailAdvice } from './advice'

test('the words of a mail server have an advice', () => {
  expect(mailAdvice('did not take the mail: 535 wrong user or password')).toMatch(/password/)
  expect(mailAdvice('Connection refused (os error 111)')).toMatch(/port/)
  expect(mailAdvice('550 no such user')).toMatch(/that address/)
  expect(mailAdvice('It is Tuesday.')).toBe('')
})

test('the codes of a bucket have an advice', () => {
  expect(bucketAdvice('403 AccessDenied')).toMatch(/PutObject/)
  expect(bucketAdvice('404 NoSuchBucket: gone')).toMatch(/no such bucket/)
  expect(bucketAdvice('403 SignatureDoesNotMatch')).toMatch(/secret/)
  expect(bucketAdvice('hm')).toBe('')
  expect([codeIn('403: <Error><Code>AccessDenied</Code></Error>'), codeIn('403')]).toEqual(['AccessDenied', ''])
})
