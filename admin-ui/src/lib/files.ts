/** Files by their names. */

/** Whether a browser shows it and the server makes it small. */
export function isImage(name: string): boolean {
  return /\.(png|jpe?g|gif|webp)$/i.test(name)
}

export type FileKind = 'image' | 'audio' | 'video' | 'pdf' | 'text'

const KINDS: [FileKind, RegExp][] = [
  ['image', /\.(png|jpe?g|gif|webp|avif|bmp|ico|svg)$/i],
  ['audio', /\.(mp3|m4a|aac|ogg|oga|opus|wav|flac)$/i],
  ['video', /\.(mp4|m4v|webm|mov|ogv)$/i],
  ['pdf', /\.pdf$/i],
  // Whatever is written in words is shown as words, HTML and scripts too.
  ['text', /\.(txt|md|csv|tsv|json|jsonl|ndjson|xml|ya?ml|toml|ini|log|html?|css|m?[jt]s|py|rs|go|sh|sql|srt|vtt)$/i],
]

/** How a file can be looked at; `undefined` where it cannot. */
export function kindOf(name: string): FileKind | undefined {
  return KINDS.find(([, pattern]) => pattern.test(name))?.[0]
}
