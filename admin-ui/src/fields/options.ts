/** Which component edits the options of a field. */
import type { Component } from 'svelte'
import type { Field, FieldType } from '../api/fields'
import AutodateOptions from './date/AutodateOptions.svelte'
import DateOptions from './date/Options.svelte'
import DomainOptions from './text/DomainOptions.svelte'
import FileOptions from './file/Options.svelte'
import NoOptions from './NoOptions.svelte'
import NumberOptions from './number/Options.svelte'
import PasswordOptions from './password/Options.svelte'
import RelationOptions from './relation/Options.svelte'
import SelectOptions from './select/Options.svelte'
import SizeOptions from './SizeOptions.svelte'
import TextOptions from './text/Options.svelte'

export interface OptionsProps {
  field: Field
  /** What is wrong, by the name of the option. */
  errors: Record<string, string>
}

export const OPTIONS: Record<FieldType, Component<OptionsProps, object, 'field'>> = {
  text: TextOptions,
  editor: SizeOptions,
  number: NumberOptions,
  bool: NoOptions,
  email: DomainOptions,
  url: DomainOptions,
  date: DateOptions,
  autodate: AutodateOptions,
  select: SelectOptions,
  file: FileOptions,
  relation: RelationOptions,
  json: SizeOptions,
  geoPoint: NoOptions,
  password: PasswordOptions,
}
