import { describe, expect, it } from 'vitest'
import { Lots, whole } from './lots'
import { scan } from './scan'

const file = (content: BlobPart, name: string) => new File([content], name)
const look = (content: BlobPart, name: string) => scan(file(content, name), undefined, () => undefined)

describe('a file', () => {
  it('is read as what it is, whatever its name', async () => {
    expect((await look('a;b\n1;2\n', 'x.csv')).how).toEqual({ format: 'csv', encoding: 'utf-8', delimiter: ';', header: true })
    expect((await look('{"a":1}\n', 'x')).how.format).toBe('json')
    expect((await look('[{"a":1}]', 'x.json')).rows).toBe(1)
    expect((await look('\ufeffa,b\n1,2\n', 'x.csv')).columns).toEqual(['a', 'b'])
  })

  it('without names for its columns has none', async () => {
    const found = await look('1,Ann\n2,Bob\n', 'x.csv')
    expect([found.columns, found.rows]).toEqual([['Column 1', 'Column 2'], 2])
  })

  it('is told of where it is not in UTF-8', async () => {
    const latin = await look(new Uint8Array([0x61, 0x0a, 0xe4, 0x0a]), 'x.csv')
    expect([latin.how.encoding, latin.sample[0]?.cells[0], latin.notes.length]).toEqual(['windows-1252', 'ä', 1])
    const wide = await look(new Uint8Array([0xff, 0xfe, 0x61, 0, 0x0a, 0, 0xe4, 0, 0x0a, 0]), 'x.csv')
    expect([wide.how.encoding, wide.sample[0]?.cells[0]]).toEqual(['utf-16le', 'ä'])
  })

  it('that is no text is refused in words', async () => {
    await expect(look(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]), 'x.csv')).rejects.toThrow('Save it as CSV')
    await expect(look(new Uint8Array([1, 0, 2, 0]), 'x.csv')).rejects.toThrow('no text file')
    await expect(look('', 'x.csv')).rejects.toThrow('empty')
  })

  it('with doubled and missing names, ragged rows and rows that are no objects is read all the same', async () => {
    const found = await look('a,a,,b\n1,2,3,4\n1,2\n1,2,3,4,5\n', 'x.csv')
    expect(found.columns).toEqual(['a', 'a (2)', 'Column 3', 'b'])
    expect(found.notes).toHaveLength(2)
    expect(found.bad).toEqual([
      { line: 3, reason: 'The row has 2 cells, and the header has 4.' },
      { line: 4, reason: 'The row has 5 cells, and the header has 4.' },
    ])
    const json = await look('{"a":1}\nnot json\n[1]\n{"__proto__":"<script>"}\n', 'x.ndjson')
    expect([json.columns, json.rows, json.badCount]).toEqual([['a', '__proto__'], 4, 2])
  })

  it('has letters of several bytes across the places where it is cut', async () => {
    const found = await look(`name\n${Array.from({ length: 60_000 }, () => 'ä€😀').join('\n')}\n`, 'x.csv')
    expect(found.guesses[0]?.values).toEqual(['ä€😀'])
    expect(found.rows).toBe(60_000)
  })

  it('with too many columns is refused', async () => {
    await expect(look(`${Array.from({ length: 2_001 }, (_, at) => `c${at}`).join()}\n`, 'x.csv')).rejects.toThrow('2000 columns')
  })
})

describe('lots', () => {
  const content = `n\n${Array.from({ length: 25 }, (_, at) => (at === 7 ? 'a,b' : String(at))).join('\n')}\n`
  const opened = { file: file(content, 'x.csv'), how: { format: 'csv', encoding: 'utf-8', delimiter: ',', header: true } as const, columns: ['n'] }
  const plan = { steps: [{ at: 0, name: 'n', type: 'number', isMultiple: false, reading: 'plain' } as const], isCells: true, makesIds: true }

  it('hold every row once, with its line', async () => {
    const lots = new Lots(opened, plan, 10)
    const sizes: number[] = []
    const lines: number[] = []
    for (let lot = await lots.next(); lot; lot = await lots.next()) {
      sizes.push(lot.lines.length)
      lines.push(...lot.lines)
      lots.settle(lot.number, lot.number === 1 ? [{ at: 0, reason: 'No.' }] : [])
    }
    expect(sizes).toEqual([10, 10, 4])
    expect(lines).toEqual(Array.from({ length: 25 }, (_, at) => at + 2).filter((line) => line !== 9))
    expect(await lots.repairs().text()).toBe('n,problem\na b,"Line 9: The row has 2 cells, and the header has 1."\n11,Line 13: No.\n')
  })

  it('are one body for a dry run', async () => {
    const found = await whole(opened, plan, () => undefined)
    const rows = (await found.body.text()).trim().split('\n').map((line) => JSON.parse(line) as { n: string; id: string })
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 25 }, (_, at) => String(at)).filter((n) => n !== '7'))
    expect([found.badCount, found.lines.length, found.lines[7]]).toEqual([1, 24, 10])
    expect(new Set(rows.map(({ id }) => id)).size).toBe(24)
  })
})
