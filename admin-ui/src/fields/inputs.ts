/** Which component edits a value of a field. */
import type { Component } from 'svelte'
import type { Field, FieldType } from '../api/fields'
import type { Row } from '../api/records'
import AutodateInput from './date/AutodateInput.svelte'
import BoolInput from './bool/Input.svelte'
import DateInput from './date/Input.svelte'
import EditorInput from './editor/Input.svelte'
import FileInput from './file/Input.svelte'
import GeoPointInput from './geoPoint/Input.svelte'
import JsonInput from './json/Input.svelte'
import NumberInput from './number/Input.svelte'
import PasswordInput from './password/Input.svelte'
import RelationInput from './relation/Input.svelte'
import SelectInput from './select/Input.svelte'
import TextInput from './text/Input.svelte'

export interface InputProps {
  field: Field
  value: unknown
  /** Of the element that has the label. */
  id: string
  /** The ids of what describes it: its help, its error. */
  described: string | undefined
  invalid: boolean
  /** The record as it is stored; `undefined` while it is new. */
  row: Row | undefined
  onchange: (value: unknown) => void
  /** What was typed and cannot be read, which is shown instead of the value. */
  unread: string | undefined
  /** What cannot be read is told here with its text, before it is sent; `undefined` once it can. */
  onfault: (fault: string | undefined, text?: string) => void
}

export const INPUTS: Record<FieldType, Component<InputProps>> = {
  text: TextInput,
  editor: EditorInput,
  number: NumberInput,
  bool: BoolInput,
  email: TextInput,
  url: TextInput,
  date: DateInput,
  autodate: AutodateInput,
  select: SelectInput,
  file: FileInput,
  relation: RelationInput,
  json: JsonInput,
  geoPoint: GeoPointInput,
  password: PasswordInput,
}
