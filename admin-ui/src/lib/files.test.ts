import { expect, test } from 'vitest'
import { kindOf } from './files'

test('files are shown by their names', () => {
  expect(['a.PNG', 'b.mp3', 'c.webm', 'd.pdf', 'e.md', 'f.zip', 'noext', 'g.html'].map(kindOf)).toEqual([
    'image', 'audio', 'video', 'pdf', 'text', undefined, undefined, 'text',
  ])
})
