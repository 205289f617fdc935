import { expect, test } from 'vitest'
import { deflateRawSync } from 'node:zlib'
import { findEntry, readEntry } from './zip'

/** An archive of these entries, and of nothing that nobody reads here. */
function archive(entries: [name: string, text: string][]): Uint8Array<ArrayBuffer> {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of entries) {
    const packed = deflateRawSync(text)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(8, 8)
    header.writeUInt16LE(name.length, 26)
    const line = Buffer.alloc(46)
    line.writeUInt32LE(0x02014b50, 0)
    line.writeUInt16LE(8, 10)
    line.writeUInt32LE(packed.length, 20)
    line.writeUInt32LE(text.length, 24)
    line.writeUInt16LE(name.length, 28)
    line.writeUInt32LE(offset, 42)
    files.push(header, Buffer.from(name), packed)
    directory.push(line, Buffer.from(name))
    offset += 30 + name.length + packed.length
  }
  return new Uint8Array(Buffer.concat([...files, ...directory, Buffer.alloc(22)]))
}

test('an entry is found and read from the end of an archive', async () => {
  const bytes = archive([['data.db', 'x'.repeat(5000)], ['manifest.json', '{"created": "ü"}']])
  const entry = findEntry(bytes.slice(-150), 'manifest.json')
  expect(entry).toBeDefined()
  if (!entry) return
  expect(await readEntry(bytes.slice(entry.offset), entry)).toContain('created')
})

test('what is not there, and what is no archive, has no entry', () => {
  expect(findEntry(archive([['data.db', 'x']]), 'manifest.json')).toBeUndefined()
  expect(findEntry(new TextEncoder().encode('<html></html>'), 'manifest.json')).toBeUndefined()
})

test('bytes that are no entry are refused', async () => {
  await expect(readEntry(new Uint8Array(40), { offset: 0, compressed: 2, method: 8 })).rejects.toThrow()
})
