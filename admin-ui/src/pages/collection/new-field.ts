/** Fields as they begin, with the options that the server takes for granted. */
import type { Field, FieldType } from '../../api/fields'

/** A field of a type, without an id: the server gives it one. */
export function newField(type: FieldType, name: string, collectionId = ''): Field {
  const common = { id: '', name, system: false, hidden: false, presentable: false, help: '', required: false }
  switch (type) {
    case 'text':
      return { ...common, type, min: 0, max: 0, pattern: '', autogeneratePattern: '', primaryKey: false }
    case 'editor':
      return { ...common, type, maxSize: 0, convertURLs: false }
    case 'number':
      return { ...common, type, min: null, max: null, onlyInt: false }
    case 'bool':
    case 'geoPoint':
      return { ...common, type }
    case 'email':
    case 'url':
      return { ...common, type, onlyDomains: [], exceptDomains: [] }
    case 'date':
      return { ...common, type, min: '', max: '' }
    case 'autodate':
      return { id: '', name, type, system: false, hidden: false, presentable: false, onCreate: true, onUpdate: false }
    case 'select':
      return { ...common, type, values: [], maxSelect: 1 }
    case 'file':
      return { ...common, type, maxSelect: 1, maxSize: 0, mimeTypes: [], thumbs: [], protected: false }
    case 'relation':
      return { ...common, type, collectionId, minSelect: 0, maxSelect: 1, cascadeDelete: false }
    case 'json':
      return { ...common, type, maxSize: 0 }
    case 'password':
      return { ...common, type, min: 0, max: 0, pattern: '', cost: 0 }
  }
}

/** The times that a new collection has beside what is added: few do without them later. */
export function times(): Field[] {
  return [
    newField('autodate', 'created'),
    { ...newField('autodate', 'updated'), type: 'autodate', onCreate: true, onUpdate: true },
  ]
}
