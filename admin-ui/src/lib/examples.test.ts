import { expect, test } from 'vitest'
import { signInWithCurl, signInWithSdk } from './examples'

test('the curl command carries address and identity', () => {
  const command = signInWithCurl('http://127.0.0.1:8090', 'me@example.com')
  expect(command).toContain('curl http://127.0.0.1:8090/api/collections/_superusers/auth-with-password')
  expect(command).toContain(`-d '{"identity":"me@example.com","password":"YOUR_PASSWORD"}'`)
})

test('a quote in the address survives the shell and the script', () => {
  expect(signInWithCurl('http://x', "o'neil@example.com")).toContain(`"identity":"o'\\''neil@example.com"`)
  expect(signInWithSdk('http://x', 'a"b@example.com')).toContain(String.raw`"a\"b@example.com"`)
})
