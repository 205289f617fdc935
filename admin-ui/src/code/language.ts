/** The languages that code is shown in. */

export type Language = 'curl' | 'javascript' | 'dart'

export const LANGUAGES: { value: Language; label: string }[] = [
  { value: 'curl', label: 'curl' },
  { value: 'javascript', label: 'JavaScript' },
  { value: 'dart', label: 'Dart' },
]
