import { expect, test } from 'vitest'
import { curlOf } from './curl'
import { inDart, inScript, inShell } from './literals'
import { dartProgramOf, scriptOf } from './program'

const HARD = ['plain', "it's", '"quoted"', 'a\\b', '$HOME `x` ${y}', 'two\nlines\r\n\tand a tab', '\u2028 \u0000 é 🏳️‍🌈', '']

test('every text is read back by JavaScript as it was', () => {
  for (const text of HARD) expect(new Function(`return ${inScript(text)}`)()).toBe(text)
  expect(inScript('plain')).toBe("'plain'")
  const value = { a: HARD, b: [1, null, true] }
  expect(new Function(`return ${inScript(value)}`)()).toEqual(value)
})

test('nothing is special in a shell', () => {
  expect(inShell("it's $HOME `x`")).toBe(`'it'\\''s $HOME \`x\`'`)
})

test('a dollar begins no value in Dart, neither in a text nor deep in a list', () => {
  expect(inDart("it's $5\\\n\t")).toBe(`'it\\'s \\$5\\\\\\n\\t'`)
  expect(inDart({ price: ['$5'] })).toBe('{\n  "price": [\n    "\\$5"\n  ]\n}')
  expect([inDart(3), inDart(true), inDart(null)]).toEqual(['3', 'true', 'null'])
})

test('a request that reads has its query beside it, one that writes in its address', () => {
  const query = [['a', 'x y&z'], ['b', '']] as const
  expect(curlOf({ method: 'GET', url: 'https://e', query, signedIn: false })).toBe(
    `curl -G 'https://e' \\\n  --data-urlencode 'a=x y&z' \\\n  --data-urlencode 'b='`,
  )
  expect(curlOf({ method: 'POST', url: 'https://e', query, signedIn: true })).toBe(
    `curl -X POST 'https://e?a=x+y%26z&b=' \\\n  -H "Authorization: $TOKEN"`,
  )
  expect(curlOf({ method: 'GET', url: 'https://e', signedIn: false })).toBe(`curl 'https://e'`)
})

test('lines are sent as they are, and files as a form', () => {
  const lines = curlOf({ method: 'POST', url: 'https://e', signedIn: false, body: 'a\nb\n', contentType: 'text/csv' })
  expect(lines).toBe(`curl -X POST 'https://e' \\\n  -H 'Content-Type: text/csv' \\\n  --data-raw 'a\nb\n'`)
  const form = curlOf({ method: 'POST', url: 'https://e', signedIn: false, files: [{ name: 'cover', fileName: 'a.png' }] })
  expect(form).toBe(`curl -X POST 'https://e' \\\n  -F 'cover=@a.png'`)
})

test('a program begins with what it needs', () => {
  expect(scriptOf('https://e', '', 'await pb.health.check()')).toBe(
    `import PocketBase from 'pocketbase'\n\nconst pb = new PocketBase('https://e')\n\nawait pb.health.check()`,
  )
  expect(dartProgramOf('https://e', ['x();'], ["import 'package:http/http.dart' as http;"])).toBe(
    `import 'package:http/http.dart' as http;\nimport 'package:pocketbase/pocketbase.dart';\n\nfinal pb = PocketBase('https://e');\n\nx();`,
  )
})
