/** What a field type is called and looks like. */
import AtSign from '@lucide/svelte/icons/at-sign'
import Braces from '@lucide/svelte/icons/braces'
import Calendar from '@lucide/svelte/icons/calendar'
import CalendarClock from '@lucide/svelte/icons/calendar-clock'
import FileIcon from '@lucide/svelte/icons/file'
import Hash from '@lucide/svelte/icons/hash'
import Key from '@lucide/svelte/icons/key-round'
import Link from '@lucide/svelte/icons/link'
import List from '@lucide/svelte/icons/list'
import Lock from '@lucide/svelte/icons/lock'
import MapPin from '@lucide/svelte/icons/map-pin'
import PenLine from '@lucide/svelte/icons/pen-line'
import Spline from '@lucide/svelte/icons/spline'
import ToggleLeft from '@lucide/svelte/icons/toggle-left'
import Type from '@lucide/svelte/icons/type'
import type { Field, FieldType } from '../api/fields'

export interface TypeLook {
  label: string
  icon: typeof Type
  /** Its values are read from the right: digits below digits. */
  right?: true
  /** How wide its column begins, in pixels. */
  width: number
}

export const TYPES: Record<FieldType, TypeLook> = {
  text: { label: 'Text', icon: Type, width: 240 },
  editor: { label: 'Rich text', icon: PenLine, width: 320 },
  number: { label: 'Number', icon: Hash, right: true, width: 120 },
  bool: { label: 'Yes or no', icon: ToggleLeft, width: 96 },
  email: { label: 'E-mail', icon: AtSign, width: 220 },
  url: { label: 'URL', icon: Link, width: 240 },
  date: { label: 'Date', icon: Calendar, width: 160 },
  autodate: { label: 'Automatic date', icon: CalendarClock, width: 160 },
  select: { label: 'Choice', icon: List, width: 200 },
  file: { label: 'File', icon: FileIcon, width: 180 },
  relation: { label: 'Relation', icon: Spline, width: 200 },
  json: { label: 'JSON', icon: Braces, width: 240 },
  geoPoint: { label: 'Place', icon: MapPin, width: 180 },
  password: { label: 'Password', icon: Lock, width: 120 },
}

/** Whether a value may be in any script: which way it is read is seen from its first letter. */
export function holdsWords({ type }: Field): boolean {
  return type === 'text' || type === 'editor' || type === 'select' || type === 'relation' || type === 'file'
}

/** How a field is shown: by its type, keys by themselves. */
export function look(field: Field): TypeLook {
  if (field.type === 'text' && field.primaryKey) return { ...TYPES.text, icon: Key, width: 160 }
  return TYPES[field.type]
}
