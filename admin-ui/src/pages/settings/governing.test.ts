import { expect, test } from 'vitest'
import { governing } from './governing'

const one = (name: string, value: string, source = 'default') => [{ name: `--${name}`, value, source, variable: `TUCKBOX_${name.toUpperCase()}` }]

test('who decided is named', () => {
  expect(governing('smtp.enabled', one('dev', 'true', 'flag'))).toMatch(/in development, by --dev/)
  expect(governing('smtp.enabled', one('dev', 'true', 'environment'))).toMatch(/by the variable TUCKBOX_DEV/)
  expect(governing('meta.appURL', one('http', '0.0.0.0:80', 'file'))).toBe('The server itself listens at 0.0.0.0:80, by the configuration file.')
  expect(governing('meta.appURL', one('http', '127.0.0.1:8090'))).toBe('The server itself listens at 127.0.0.1:8090.')
})

test('secrets say whether they are sealed on the disk', () => {
  expect(governing('smtp.password', one('encryption-env', ''))).toMatch(/can be read/)
  expect(governing('s3.secret', one('encryption-env', 'KEY', 'flag'))).toBe('On the server’s disk it is sealed with the key in KEY, by --encryption-env.')
})

test('nothing is said where nothing follows, or the server tells nothing', () => {
  expect([governing('smtp.enabled', one('dev', 'false')), governing('meta.appName', one('dev', 'true')), governing('s3.secret', [])]).toEqual(['', '', ''])
})
