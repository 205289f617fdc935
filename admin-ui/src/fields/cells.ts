/** Which component shows a value of a field in the grid. */
import type { Component } from 'svelte'
import type { Field, FieldType } from '../api/fields'
import type { Row } from '../api/records'
import BoolCell from './bool/Cell.svelte'
import DateCell from './date/Cell.svelte'
import EditorCell from './editor/Cell.svelte'
import FileCell from './file/Cell.svelte'
import GeoPointCell from './geoPoint/Cell.svelte'
import JsonCell from './json/Cell.svelte'
import NumberCell from './number/Cell.svelte'
import PasswordCell from './password/Cell.svelte'
import RelationCell from './relation/Cell.svelte'
import SelectCell from './select/Cell.svelte'
import TextCell from './text/Cell.svelte'

export interface CellProps {
  value: unknown
  field: Field
  row: Row
}

export const CELLS: Record<FieldType, Component<CellProps>> = {
  text: TextCell,
  editor: EditorCell,
  number: NumberCell,
  bool: BoolCell,
  email: TextCell,
  url: TextCell,
  date: DateCell,
  autodate: DateCell,
  select: SelectCell,
  file: FileCell,
  relation: RelationCell,
  json: JsonCell,
  geoPoint: GeoPointCell,
  password: PasswordCell,
}
