/** Passwords that nobody has to think up. */

/** Letters and digits that nobody takes for each other. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** 20 characters, which is more than 110 bits. */
export function generated(length = 20): string {
  // What lies beyond the last whole multiple would make some letters likelier.
  const fair = 256 - (256 % ALPHABET.length)
  let made = ''
  while (made.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < fair && made.length < length) made += ALPHABET[byte % ALPHABET.length]
    }
  }
  return made
}
