/** Which words of a text came and which went. */

export interface Piece {
  text: string
  kind: 'same' | 'gone' | 'new'
}

/** Beyond so many cells of the table the middle is told as a whole: it would take longer than reading it. */
const MOST = 4_000_000

/** A text as what stayed, went and came, word by word (longest common subsequence). */
export function wordDiff(before: string, after: string): Piece[] {
  const [old, now] = [words(before), words(after)]
  let [start, end] = [0, 0]
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end += 1
  const pieces: Piece[] = []
  const add = (kind: Piece['kind'], list: string[]): void => {
    const text = list.join('')
    const last = pieces.at(-1)
    if (last?.kind === kind) last.text += text
    else if (text !== '') pieces.push({ kind, text })
  }
  add('same', old.slice(0, start))
  middle(old.slice(start, old.length - end), now.slice(start, now.length - end), add)
  add('same', end === 0 ? [] : old.slice(-end))
  return pieces
}

function words(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? []
}

function middle(old: string[], now: string[], add: (kind: Piece['kind'], list: string[]) => void): void {
  const wide = now.length + 1
  if (old.length * now.length > MOST || old.length === 0 || now.length === 0) {
    add('gone', old)
    add('new', now)
    return
  }
  // How long the longest common rest is, from each pair of places on.
  const rest = new Uint32Array((old.length + 1) * wide)
  const at = (one: number, other: number): number => rest[one * wide + other] ?? 0
  for (let one = old.length - 1; one >= 0; one -= 1) {
    for (let other = now.length - 1; other >= 0; other -= 1) {
      rest[one * wide + other] =
        old[one] === now[other] ? at(one + 1, other + 1) + 1 : Math.max(at(one + 1, other), at(one, other + 1))
    }
  }
  let [one, other] = [0, 0]
  while (one < old.length && other < now.length) {
    const [word = '', next = ''] = [old[one], now[other]]
    if (word === next) {
      add('same', [word])
      one += 1
      other += 1
    } else if (at(one + 1, other) >= at(one, other + 1)) {
      add('gone', [word])
      one += 1
    } else {
      add('new', [next])
      other += 1
    }
  }
  add('gone', old.slice(one))
  add('new', now.slice(other))
}
