/** How hard a password is to guess, roughly: for those who choose one, not as proof. */

export interface Strength {
  level: 'weak' | 'fair' | 'strong'
  /** In a sentence, with what would help. */
  words: string
}

const COMMON = ['password', 'passwort', 'qwerty', 'qwertz', 'letmein', 'welcome', 'admin', 'iloveyou', 'abc123', 'dragon', 'monkey']

const LENGTHS: [pattern: RegExp, letters: number][] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/\d/, 10],
  [/[^A-Za-z\d]/, 33],
]

export function strengthOf(password: string): Strength {
  const bits = bitsOf(password)
  if (bits < 40) return { level: 'weak', words: 'Weak: easy to guess. Several words in a row are better.' }
  if (bits < 65) return { level: 'fair', words: 'Fair: it holds for a while. A few more letters make it strong.' }
  return { level: 'strong', words: 'Strong.' }
}

/** Its bits, where each letter counts that neither repeats nor continues the ones before, and no common word does. */
function bitsOf(password: string): number {
  let rest = password
  for (const word of COMMON) rest = rest.replaceAll(new RegExp(word, 'gi'), '*')
  const alphabet = LENGTHS.reduce((sum, [pattern, letters]) => sum + (pattern.test(rest) ? letters : 0), 0)
  const codes = [...rest].map((letter) => letter.codePointAt(0) ?? 0)
  const counting = codes.filter((code, at) => {
    const [before, earlier] = [codes[at - 1], codes[at - 2]]
    return before === undefined || earlier === undefined || code - before !== before - earlier || Math.abs(code - before) > 1
  })
  const different = new Set(codes).size
  return Math.min(counting.length, different * 2) * Math.log2(Math.max(alphabet, 2))
}
