import { expect, test } from 'vitest'
import type { Collection } from '../../api/collections'
import type { Edge } from './graph'
import { arrange } from './layout'
import { boundsOf, boxAt, nextBox, sceneOf, wholeOf } from './scene'
import { cut, HEAD, ROW, shapeOf, type Shape } from './shape'

const measure = (text: string): number => [...text].length * 7
const field = (name: string, type: string, more: object = {}) => ({ id: name, name, type, system: false, hidden: false, presentable: false, ...more }) as never

function collection(name: string, fields: never[] = []): Collection {
  return { id: name, name, type: 'base', system: false, fields, indexes: [], listRule: null, viewRule: null, createRule: null, updateRule: null, deleteRule: null, created: '', updated: '' }
}

const relation = (name: string, to: string) => field(name, 'relation', { collectionId: to, maxSelect: 1, minSelect: 0, cascadeDelete: false })
const edge = (from: string, to: string, row = 0): Edge => ({ id: `${from} ${to} ${row}`, from, to, field: { name: 'x', row }, many: false, required: false, cascade: false })

const SHAPES = [
  shapeOf(collection('users', [field('name', 'text')]), measure, true),
  shapeOf(collection('posts', [field('title', 'text'), relation('author', 'users')]), measure, true),
  shapeOf(collection('comments', [relation('post', 'posts'), relation('author', 'users')]), measure, true),
]
const EDGES = [edge('posts', 'users', 1), edge('comments', 'posts', 0), edge('comments', 'users', 1)]
const scene = (moved = {}) => sceneOf(SHAPES, EDGES, arrange(SHAPES, EDGES), moved)

const of = (name: string): Shape => SHAPES.find(({ id }) => id === name) as Shape

test('a box has room for its fields, and long names are cut to it', () => {
  const long = shapeOf(collection('x'.repeat(100), [field('y'.repeat(90), 'text', { required: true })]), measure, true)
  expect(long.text.endsWith('…')).toBe(true)
  expect(long.rows[0]?.text.endsWith('…')).toBe(true)
  expect(measure(long.rows[0]?.text ?? '')).toBeLessThan(long.width)
  expect(of('posts').height).toBeGreaterThanOrEqual(HEAD + 2 * ROW)
  expect(shapeOf(collection('a'), measure, false).height).toBe(HEAD)
  expect(shapeOf(collection('a'), measure, false, 8).height).toBeGreaterThan(HEAD)
})

test('a text is cut between letters that a person sees as such', () => {
  expect(cut('short', 100, measure)).toBe('short')
  expect(cut('👍👍👍👍👍', 21, measure)).toBe('👍👍…')
  expect(cut('long', 1, measure)).toBe('…')
})

test('a line begins beside its field and ends at the other box', () => {
  const { places, lines } = scene()
  const line = lines.find(({ edge: { id } }) => id === 'posts users 1')
  const [posts, users] = [places.posts, places.users]
  if (!line || !posts || !users) throw new Error('something is missing')
  const [, x, y] = /^M([\d.-]+) ([\d.-]+)/.exec(line.path) ?? []
  expect([Number(x), Number(y)]).toEqual([posts.x, posts.y + (of('posts').rows[1]?.y ?? 0)])
  const [endX] = /([\d.-]+) [\d.-]+$/.exec(line.path)?.slice(1) ?? []
  expect(Number(endX)).toBe(users.x + of('users').width)
})

test('lines that end at the same side of a box end apart', () => {
  const ends = scene().lines.filter(({ edge: { to } }) => to === 'users').map(({ path }) => /[\d.-]+ ([\d.-]+)$/.exec(path)?.[1])
  expect(new Set(ends).size).toBe(2)
})

test('lines of boxes that were moved go straight to where they are now', () => {
  const moved = scene({ comments: { x: -900, y: 0 } })
  expect(moved.places.comments).toEqual({ x: -900, y: 0 })
  const line = moved.lines.find(({ edge: { id } }) => id === 'comments posts 0')
  expect(line?.path.startsWith(`M${-900 + of('comments').width} `)).toBe(true)
  expect(moved.lines.every(({ edge: { from }, path }) => from !== 'comments' || !path.includes('H'))).toBe(true)
})

test('a box that went is nowhere, even if it was moved once', () => {
  expect(scene({ gone: { x: 1, y: 1 } }).places).not.toHaveProperty('gone')
})

test('the whole encloses boxes and lines', () => {
  const found = scene()
  const whole = wholeOf(found)
  for (const shape of found.shapes) {
    const place = found.places[shape.id]
    if (!place) throw new Error(shape.id)
    const { left, right, top, bottom } = boundsOf(shape, place)
    expect(left >= whole.left && right <= whole.right && top >= whole.top && bottom <= whole.bottom).toBe(true)
  }
  expect(wholeOf({ shapes: [], places: {}, lines: [] })).toEqual({ left: 0, top: 0, right: 1, bottom: 1 })
})

test('the box under a pointer is found, and the next one in a direction', () => {
  const found = scene()
  const users = found.places.users
  if (!users) throw new Error('it has no place')
  const inside = { x: users.x + 5, y: users.y + 5 }
  expect(boxAt(found, inside)?.id).toBe('users')
  expect(boxAt(found, { x: users.x - 50, y: users.y })).toBeUndefined()
  expect(nextBox(found, inside, 'ArrowRight', 'users')?.id).toBe('posts')
  expect(nextBox(found, inside, 'ArrowLeft', 'users')).toBeUndefined()
})
