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
export const PAGE: Parameter = { name: 'page', in: 'query', about: 'Page number, from 1.', sample: '1' }
export const PER_PAGE: Parameter = { name: 'perPage', in: 'query', about: 'Records per page: 30 by default, 1000 at most.', sample: '30' }
export const FILTER: Parameter = { name: 'filter', in: 'query', about: 'A filter expression.' }
export const SORT: Parameter = {
  name: 'sort', in: 'query', about: 'Fields separated by commas; a minus sorts downwards, @random shuffles.', sample: '-created,id',
}
export const EXPAND: Parameter = {
  name: 'expand', in: 'query', about: 'Relations to include, separated by commas. A dot goes deeper.',
}
export const FIELDS: Parameter = {
  name: 'fields', in: 'query', about: 'Fields to return, separated by commas. Without it, all of them.', sample: 'id,created',
}
export const SKIP_TOTAL: Parameter = {
  name: 'skipTotal', in: 'query', about: 'Skips counting all records, which is faster.', options: ['true', 'false'],
}

export const TOPIC: Parameter = { name: 'topic', in: 'path', about: '* for all records, or the id of one.', sample: '*' }
export const STREAM_FILTER: Parameter = { name: 'filter', in: 'query', about: 'A filter expression: only matching records are sent.' }
export const STREAM_FIELDS: Parameter = { name: 'fields', in: 'query', about: 'Fields to send with each message, separated by commas.' }

export const FILE: Parameter = { name: 'file', in: 'path', about: 'The name of the file, as the record has it.' }
export const THUMB: Parameter = { name: 'thumb', in: 'query', about: 'A small version of a picture: 100x100, or another size that the field allows.', sample: '100x100' }
export const DOWNLOAD: Parameter = { name: 'download', in: 'query', about: 'Makes browsers save the file instead of showing it.', options: ['true', 'false'] }
export const FILE_TOKEN: Parameter = { name: 'token', in: 'query', about: 'A file token, for files of protected fields.' }

export const IMPORT_FORMAT: Parameter = { name: 'format', in: 'query', about: 'Format of the rows.', options: ['json', 'csv'] }
export const DRY_RUN: Parameter = { name: 'dryRun', in: 'query', about: 'Only reports what would happen.', options: ['true', 'false'] }
export const EXISTING: Parameter = {
  name: 'existing', in: 'query', about: 'What to do with a row whose id exists: count it as bad, or skip it.', options: ['refuse', 'skip'],
}
export const ON_ERROR: Parameter = { name: 'onError', in: 'query', about: 'Whether bad rows are skipped or stop the import.', options: ['skip', 'stop'] }

export const EXPORT_FORMAT: Parameter = { name: 'format', in: 'query', about: 'JSON lines, or CSV.', options: ['jsonl', 'csv'] }
export const EXPORT_FIELDS: Parameter = { name: 'fields', in: 'query', about: 'Names of fields, separated by commas.' }
