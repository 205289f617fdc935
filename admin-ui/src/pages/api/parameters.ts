/** What requests take beside their body. */

export interface Parameter {
  name: string
  in: 'path' | 'query'
  about: string
  /** What it is like, shown while nothing is typed. */
  sample?: string
  /** All that can be given, where that is a few. */
  options?: readonly string[]
}

export const ID: Parameter = { name: 'id', in: 'path', about: 'The id of the record.' }
export const PAGE: Parameter = { name: 'page', in: 'query', about: 'Which page, from 1.', sample: '1' }
export const PER_PAGE: Parameter = { name: 'perPage', in: 'query', about: 'How many a page has: 30, or up to 1000.', sample: '30' }
export const FILTER: Parameter = { name: 'filter', in: 'query', about: 'Which records, as an expression.' }
export const SORT: Parameter = {
  name: 'sort', in: 'query', about: 'Fields with commas between, a minus before those that fall; @random for any order.', sample: '-created,id',
}
export const EXPAND: Parameter = {
  name: 'expand', in: 'query', about: 'Relations whose records come along, with commas between; a dot goes on from there.',
}
export const FIELDS: Parameter = {
  name: 'fields', in: 'query', about: 'What the answer has of each record: names with commas between, all without it.', sample: 'id,created',
}
export const SKIP_TOTAL: Parameter = {
  name: 'skipTotal', in: 'query', about: 'Leaves the number of all records uncounted, which is faster.', options: ['true', 'false'],
}

export const TOPIC: Parameter = { name: 'topic', in: 'path', about: '* for all records, or the id of one.', sample: '*' }
export const STREAM_FILTER: Parameter = { name: 'filter', in: 'query', about: 'Only records that match, as an expression.' }
export const STREAM_FIELDS: Parameter = { name: 'fields', in: 'query', about: 'What a message has of the record: names with commas between.' }

export const FILE: Parameter = { name: 'file', in: 'path', about: 'The name of the file, as the record has it.' }
export const THUMB: Parameter = { name: 'thumb', in: 'query', about: 'A picture in small: 100x100, or another size that the field allows.', sample: '100x100' }
export const DOWNLOAD: Parameter = { name: 'download', in: 'query', about: 'Has browsers save the file instead of showing it.', options: ['true', 'false'] }
export const FILE_TOKEN: Parameter = { name: 'token', in: 'query', about: 'A file token, for files of protected fields.' }

export const IMPORT_FORMAT: Parameter = { name: 'format', in: 'query', about: 'What the rows are.', options: ['json', 'csv'] }
export const DRY_RUN: Parameter = { name: 'dryRun', in: 'query', about: 'Only tells what would happen.', options: ['true', 'false'] }
export const EXISTING: Parameter = {
  name: 'existing', in: 'query', about: 'What becomes of a row whose id is there: a bad row, or left out.', options: ['refuse', 'skip'],
}
export const ON_ERROR: Parameter = { name: 'onError', in: 'query', about: 'Whether bad rows are left out or end the import.', options: ['skip', 'stop'] }

export const EXPORT_FORMAT: Parameter = { name: 'format', in: 'query', about: 'JSON lines, or CSV.', options: ['jsonl', 'csv'] }
export const EXPORT_FIELDS: Parameter = { name: 'fields', in: 'query', about: 'The names of the fields, with commas between.' }
