/** Addresses of the internet and networks of them, as lists of the settings hold them. */

/** Whether one of some addresses and networks (`10.0.0.0/8`) holds an address. */
export function holds(list: readonly string[], address: string): boolean {
  const own = bits(address)
  if (own === undefined) return false
  return list.some((entry) => {
    const [base = '', length] = entry.trim().split('/')
    const network = bits(base)
    if (network === undefined || network.length !== own.length) return false
    const taken = length === undefined ? network.length : Number(length)
    return Number.isInteger(taken) && taken >= 0 && taken <= network.length && own.slice(0, taken) === network.slice(0, taken)
  })
}

/** Whether a text is an address or a network. */
export function isAddress(entry: string): boolean {
  const [base = '', length, more] = entry.trim().split('/')
  const found = bits(base)
  if (found === undefined || more !== undefined) return false
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (found.length || 0))
}

/** An address as ones and zeros; IPv4 in IPv6 counts as the IPv4 that it is. */
function bits(address: string): string | undefined {
  const four = parts4(address)
  if (four) return binary(four, 8)
  const six = parts6(address)
  if (!six) return undefined
  const isMapped = six.slice(0, 5).every((one) => one === 0) && six[5] === 0xffff
  return isMapped ? binary(six.slice(6), 16) : binary(six, 16)
}

const binary = (parts: readonly number[], width: number): string => parts.map((one) => one.toString(2).padStart(width, '0')).join('')

function parts4(address: string): number[] | undefined {
  const parts = address.split('.')
  const isOne = parts.length === 4 && parts.every((one) => /^(0|[1-9]\d{0,2})$/.test(one) && Number(one) <= 255)
  return isOne ? parts.map(Number) : undefined
}

function parts6(address: string): number[] | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  const four = tail && parts4(tail[2] ?? '')
  const [one = 0, two = 0, three = 0, last = 0] = four ?? []
  const text = tail && four ? `${tail[1]}${(one * 256 + two).toString(16)}:${(three * 256 + last).toString(16)}` : address
  const halves = text.split('::')
  if (halves.length > 2 || !text.includes(':')) return undefined
  const [head = [], rest = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const given = [...head, ...rest]
  if (!given.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  const missing = 8 - given.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  return [...head, ...Array.from({ length: missing }, () => '0'), ...rest].map((group) => Number.parseInt(group, 16))
}
