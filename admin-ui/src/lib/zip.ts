/** The end of a zip archive, from which its last entry is found without reading the rest. */

export interface Entry {
  /** Where its header begins in the archive. */
  offset: number
  compressed: number
  /** How it is packed: 0 is not at all, 8 is deflate. */
  method: number
}

const DIRECTORY_ENTRY = 0x02014b50
const FILE_HEADER = 0x04034b50
const HEAD = 46
/** What stands in a field whose number lies in a larger one. */
const LARGER = 0xffff_ffff

/** Finds the directory's line of a name, in the last bytes of an archive; of several, the last one. */
export function findEntry(tail: Uint8Array, name: string): Entry | undefined {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  const wanted = new TextEncoder().encode(name)
  for (let at = tail.length - HEAD - wanted.length; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== DIRECTORY_ENTRY || view.getUint16(at + 28, true) !== wanted.length) continue
    if (!wanted.every((byte, index) => tail[at + HEAD + index] === byte)) continue
    const [compressed, offset] = [view.getUint32(at + 20, true), view.getUint32(at + 42, true)]
    const extra = { from: at + HEAD + wanted.length, length: view.getUint16(at + 30, true) }
    const larger = offset === LARGER ? offsetIn(view, extra, [view.getUint32(at + 24, true), compressed]) : offset
    if (larger === undefined || compressed === LARGER) return undefined
    return { offset: larger, compressed, method: view.getUint16(at + 10, true) }
  }
  return undefined
}

/** The 64 bit offset of an entry, which lies behind those of its sizes that are too large as well. */
function offsetIn(view: DataView, extra: { from: number; length: number }, sizes: number[]): number | undefined {
  const end = Math.min(extra.from + extra.length, view.byteLength)
  for (let at = extra.from; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    const place = at + 4 + 8 * sizes.filter((size) => size === LARGER).length
    return place + 8 <= end ? Number(view.getBigUint64(place, true)) : undefined
  }
  return undefined
}

/** The content of an entry, from bytes that begin with its header. */
export async function readEntry(bytes: Uint8Array<ArrayBuffer>, { compressed, method }: Entry): Promise<string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 30 || view.getUint32(0, true) !== FILE_HEADER) throw new Error('This is no entry of an archive.')
  const from = 30 + view.getUint16(26, true) + view.getUint16(28, true)
  const packed = new Blob([bytes.slice(from, from + compressed)])
  if (method === 0) return packed.text()
  return new Response(packed.stream().pipeThrough(new DecompressionStream('deflate-raw'))).text()
}
