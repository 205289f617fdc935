/** Tables as spreadsheets copy and paste them: tabs between cells, quotes where a cell has tabs, quotes or line ends. */

export function toTsv(table: readonly (readonly string[])[]): string {
  return table.map((line) => line.map(quoted).join('\t')).join('\n')
}

function quoted(cell: string): string {
  return /[\t\n\r]|^"/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

export function fromTsv(text: string): string[][] {
  const table: string[][] = [[]]
  let at = 0
  const plain = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replace(/\n$/, '')
  for (;;) {
    const found = cellAt(plain, at)
    table.at(-1)?.push(found.cell)
    at = found.end
    if (at >= plain.length) return table
    if (plain[at] === '\n') table.push([])
    at += 1
    // What ends with a tab has an empty cell behind it.
    if (at === plain.length) {
      table.at(-1)?.push('')
      return table
    }
  }
}

/** The cell that begins at a place, and where it ends. */
function cellAt(text: string, from: number): { cell: string; end: number } {
  if (text[from] === '"') {
    let cell = ''
    for (let at = from + 1; at < text.length; at += 1) {
      if (text[at] !== '"') cell += text[at]
      else if (text[at + 1] === '"') {
        cell += '"'
        at += 1
      } else if (at + 1 === text.length || text[at + 1] === '\t' || text[at + 1] === '\n') return { cell, end: at + 1 }
      else break
    }
    // A quote that nobody closes is a character like any other.
  }
  let end = from
  while (end < text.length && text[end] !== '\t' && text[end] !== '\n') end += 1
  return { cell: text.slice(from, end), end }
}
