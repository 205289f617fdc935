import { expect, test } from 'vitest'
import type { Box, Layout, Link } from './boxes'
import { arrange } from './layout'

const box = (id: string, width = 200, height = 120): Box => ({ id, width, height })
const link = (from: string, to: string, more = ''): Link => ({ id: `${from}>${to}${more}`, from, to })

function overlaps(boxes: Box[], places: Record<string, { x: number; y: number }>): string[] {
  return boxes.flatMap((one, at) =>
    boxes.slice(at + 1).flatMap((other) => {
      const [a, b] = [places[one.id], places[other.id]]
      if (!a || !b) return [`${one.id} or ${other.id} has no place`]
      const isApart = a.x + one.width <= b.x || b.x + other.width <= a.x || a.y + one.height <= b.y || b.y + other.height <= a.y
      return isApart ? [] : [`${one.id} lies on ${other.id}`]
    }),
  )
}

/** The links that go over a box. */
function crossings(boxes: Box[], { places, lanes }: Layout): string[] {
  return Object.entries(lanes).flatMap(([id, some]) =>
    some.flatMap(({ from, to, y }) =>
      boxes.flatMap((one) => {
        const place = places[one.id]
        if (!place) return [`${one.id} has no place`]
        const isOver = y > place.y && y < place.y + one.height && Math.max(from, to) > place.x + 1 && Math.min(from, to) < place.x + one.width - 1
        return isOver ? [`${id} goes over ${one.id}`] : []
      }),
    ),
  )
}

test('what others lead to stands at their left, and nothing lies on anything', () => {
  const boxes = ['users', 'posts', 'comments', 'alone', 'another'].map((id) => box(id))
  const { places } = arrange(boxes, [link('posts', 'users'), link('comments', 'posts'), link('comments', 'users')])
  const left = (id: string) => places[id]?.x ?? NaN
  expect(left('users')).toBeLessThan(left('posts'))
  expect(left('posts')).toBeLessThan(left('comments'))
  expect(overlaps(boxes, places)).toEqual([])
})

test('a link that passes a column goes between its boxes', () => {
  const boxes = [box('users'), box('posts', 260, 400), box('comments')]
  const { places, lanes } = arrange(boxes, [link('posts', 'users'), link('comments', 'posts'), link('comments', 'users')])
  const [lane, ...more] = lanes['comments>users'] ?? []
  const posts = places.posts
  if (!lane || !posts) throw new Error('it has no lane')
  expect(more).toEqual([])
  expect([lane.from, lane.to]).toEqual([posts.x + 260, posts.x])
  expect(lane.y < posts.y || lane.y > posts.y + 400).toBe(true)
  expect(lanes['posts>users']).toEqual([])
})

test('circles, several links between the same two, and links to oneself have places', () => {
  const boxes = ['a', 'b', 'c'].map((id) => box(id))
  const { places } = arrange(boxes, [link('a', 'b'), link('a', 'b', '2'), link('b', 'c'), link('c', 'a'), link('a', 'a')])
  expect(overlaps(boxes, places)).toEqual([])
})

test('many that stand alone become a field, not a line', () => {
  const boxes = Array.from({ length: 100 }, (_, at) => box(`n${at}`, 180 + (at % 5) * 10, 40 + (at % 7) * 30))
  const { places } = arrange(boxes, [])
  expect(overlaps(boxes, places)).toEqual([])
  const all = Object.values(places)
  const [wide, high] = [Math.max(...all.map(({ x }) => x)), Math.max(...all.map(({ y }) => y))]
  expect(wide / high).toBeGreaterThan(0.5)
  expect(wide / high).toBeLessThan(4)
})

test('where very many lead to the same they are no single line', () => {
  const boxes = [box('users', 140, 34), ...Array.from({ length: 90 }, (_, at) => box(`n${at}`, 140, 34))]
  const made = arrange(boxes, Array.from({ length: 90 }, (_, at) => link(`n${at}`, 'users')))
  expect(overlaps(boxes, made.places)).toEqual([])
  expect(crossings(boxes, made)).toEqual([])
  const all = Object.values(made.places)
  const [wide, high] = [Math.max(...all.map(({ x }) => x)), Math.max(...all.map(({ y }) => y))]
  expect(high).toBeLessThan(3 * wide)
})

test('no collections are no trouble', () => {
  expect(arrange([], [])).toEqual({ places: {}, lanes: {} })
})

test('two hundred collections have places that are apart', () => {
  const boxes = Array.from({ length: 200 }, (_, at) => box(`n${at}`, 200, 60 + (at % 12) * 22))
  const links = Array.from({ length: 320 }, (_, at) => link(`n${(at * 7) % 200}`, `n${(at * at) % 40}`, String(at)))
  const made = arrange(boxes, links)
  expect(overlaps(boxes, made.places)).toEqual([])
  expect(crossings(boxes, made)).toEqual([])
})
