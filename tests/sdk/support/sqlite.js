// Reads the tables of an SQLite file that has no log beside it: https://www.sqlite.org/fileformat2.html. No part of the
// server is asked, so that what the server says can be held against it.

import { readFileSync } from 'node:fs'

/** All tables and views of a file: `{name: {sql, type, rows}}`, each row an object by column. */
export function readDatabase(path) {
  const file = readFileSync(path)
  const size = file.readUInt16BE(16) === 1 ? 65536 : file.readUInt16BE(16)
  const reader = { file, size, usable: size - file[20] }
  const found = {}
  for (const [type, name, , root, sql] of records(reader, 1)) {
    if (type !== 'table' && type !== 'view') continue
    const columns = type === 'table' ? columnsOf(sql) : []
    const rows = type === 'table' ? records(reader, root).map((values) => named(columns, values)) : []
    found[name] = { type, sql, rows }
  }
  return found
}

function named(columns, values) {
  return Object.fromEntries(columns.map((column, at) => [column, values[at] ?? null]))
}

/** The names of the columns that a CREATE TABLE declares. */
function columnsOf(sql) {
  const parts = []
  let depth = 0, quote = '', part = ''
  for (const char of sql.slice(sql.indexOf('(') + 1, sql.lastIndexOf(')'))) {
    if (quote) quote = char === quote ? '' : quote
    else if ('\'"`'.includes(char)) quote = char
    else if (char === '(') depth += 1
    else if (char === ')') depth -= 1
    if (char === ',' && !depth && !quote) {
      parts.push(part)
      part = ''
    } else part += char
  }
  return [...parts, part].map((text) => /^\s*[`"]?(\w+)/.exec(text)[1])
}

/** The records of a table's tree, in the order of their row numbers. */
function records(reader, page) {
  const { file, size } = reader
  const start = (page - 1) * size
  const header = page === 1 ? start + 100 : start
  const kind = file[header]
  const cells = file.readUInt16BE(header + 3)
  const pointers = header + (kind === 5 ? 12 : 8)
  const found = []
  for (let at = 0; at < cells; at += 1) {
    const cell = start + file.readUInt16BE(pointers + 2 * at)
    if (kind === 5) found.push(...records(reader, file.readUInt32BE(cell)))
    else found.push(record(payload(reader, cell)))
  }
  if (kind === 5) found.push(...records(reader, file.readUInt32BE(header + 8)))
  return found
}

/** The bytes of a cell, those on further pages included. */
function payload({ file, size, usable }, cell) {
  const [length, behind] = varint(file, cell)
  const [, from] = varint(file, behind)
  const most = usable - 35
  if (length <= most) return file.subarray(from, from + length)
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const rest = least + ((length - least) % (usable - 4))
  const local = rest <= most ? rest : least
  const parts = [file.subarray(from, from + local)]
  let left = length - local
  for (let next = file.readUInt32BE(from + local); next && left > 0;) {
    const start = (next - 1) * size
    const part = file.subarray(start + 4, start + 4 + Math.min(left, usable - 4))
    parts.push(part)
    left -= part.length
    next = file.readUInt32BE(start)
  }
  return Buffer.concat(parts)
}

function record(bytes) {
  let [end, at] = varint(bytes, 0)
  const types = []
  while (at < end) {
    const [type, behind] = varint(bytes, at)
    types.push(type)
    at = behind
  }
  return types.map((type) => {
    const [value, length] = decoded(bytes, end, type)
    end += length
    return value
  })
}

function decoded(bytes, at, type) {
  const lengths = [0, 1, 2, 3, 4, 6, 8]
  if (type === 0) return [null, 0]
  if (type < 6) return [bytes.readIntBE(at, lengths[type]), lengths[type]]
  if (type === 6) return [Number(bytes.readBigInt64BE(at)), 8]
  if (type === 7) return [bytes.readDoubleBE(at), 8]
  if (type < 10) return [type - 8, 0]
  const length = Math.floor((type - 12) / 2)
  const part = bytes.subarray(at, at + length)
  return [type % 2 ? part.toString('utf8') : part, length]
}

function varint(bytes, at) {
  let value = 0
  for (let count = 0; count < 9; count += 1) {
    const byte = bytes[at + count]
    if (count === 8) return [value * 256 + byte, at + 9]
    value = value * 128 + (byte & 127)
    if (byte < 128) return [value, at + count + 1]
  }
}
