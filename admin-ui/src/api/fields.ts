/** Fields of collections as plain data, one type for each of the server's (contract: collections). */

interface Common {
  id: string
  name: string
  system: boolean
  /** Not for clients that are no superusers. */
  hidden: boolean
  /** Stands for the record where there is little room. */
  presentable: boolean
  help?: string
  required?: boolean
}

export interface TextField extends Common {
  type: 'text'
  min: number
  max: number
  pattern: string
  autogeneratePattern: string
  primaryKey: boolean
}

export interface EditorField extends Common {
  type: 'editor'
  maxSize: number
  convertURLs: boolean
}

export interface NumberField extends Common {
  type: 'number'
  min: number | null
  max: number | null
  onlyInt: boolean
}

export interface BoolField extends Common {
  type: 'bool'
}

/** E-mails and URLs. */
export interface DomainField extends Common {
  type: 'email' | 'url'
  onlyDomains: string[] | null
  exceptDomains: string[] | null
}

export interface DateField extends Common {
  type: 'date'
  min: string
  max: string
}

export interface AutodateField extends Common {
  type: 'autodate'
  onCreate: boolean
  onUpdate: boolean
}

export interface SelectField extends Common {
  type: 'select'
  values: string[]
  maxSelect: number
}

export interface FileField extends Common {
  type: 'file'
  maxSelect: number
  maxSize: number
  mimeTypes: string[]
  thumbs: string[] | null
  protected: boolean
}

export interface RelationField extends Common {
  type: 'relation'
  collectionId: string
  minSelect: number
  maxSelect: number
  cascadeDelete: boolean
}

export interface JsonField extends Common {
  type: 'json'
  maxSize: number
}

export interface GeoPointField extends Common {
  type: 'geoPoint'
}

export interface PasswordField extends Common {
  type: 'password'
  min: number
  max: number
  pattern: string
  cost: number
}

export type Field =
  | TextField
  | EditorField
  | NumberField
  | BoolField
  | DomainField
  | DateField
  | AutodateField
  | SelectField
  | FileField
  | RelationField
  | JsonField
  | GeoPointField
  | PasswordField

export type FieldType = Field['type']

/** Whether the value of a field is a list. */
export function isMultiple(field: Field): boolean {
  return (field.type === 'select' || field.type === 'file' || field.type === 'relation') && field.maxSelect > 1
}
