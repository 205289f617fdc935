import { expect, test } from 'vitest'
import { holds, isAddress } from './addresses'

test('an address is in a list that names it or its network', () => {
  expect(holds(['10.0.0.0/8'], '10.20.30.40')).toBe(true)
  expect(holds(['10.0.0.0/8'], '11.0.0.1')).toBe(false)
  expect(holds(['192.0.2.7', '127.0.0.1'], '127.0.0.1')).toBe(true)
  expect(holds(['2001:db8::/32'], '2001:db8:1::7')).toBe(true)
  expect(holds(['2001:db8::7'], '2001:0db8:0:0:0:0:0:7')).toBe(true)
  expect(holds(['0.0.0.0/0'], '::1')).toBe(false)
  expect(holds(['127.0.0.0/8'], '::ffff:127.0.0.1')).toBe(true)
  expect(holds([], '127.0.0.1')).toBe(false)
  expect(holds(['nonsense'], '')).toBe(false)
})

test('what is an address and what is none', () => {
  for (const one of ['10.0.0.1', '10.0.0.0/8', '::', '::1', '2001:db8::/32', 'fe80::1/128']) expect(isAddress(one), one).toBe(true)
  for (const one of ['', '10.0.0', '10.0.0.256', '10.0.0.1/33', 'a::b::c', '12345::', 'example.com', '1.2.3.4/8/8', '1:2:3:4:5:6:7']) expect(isAddress(one), one).toBe(false)
})
