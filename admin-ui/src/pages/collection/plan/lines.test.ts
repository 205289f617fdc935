import { expect, test } from 'vitest'
import type { Affected, Plan, Step } from '../../../api/plans'
import { isRefused, lines, loses, wantsALook } from './lines'

const plan = (steps: Step[], rest: Partial<Plan> = {}): Plan => ({
  steps, records: 5, complete: true, views: [], rules: [], sql: [], ...rest,
})
const affected = (effect: Affected['effect'], count: number | null = 2): Affected[] => [{ effect, count, examples: ['a'] }]
const texts = (of: Plan): string[] => lines(of, (type) => type.toUpperCase()).map(({ text }) => text)

test('each step is told with the records that it touches', () => {
  expect(
    texts(
      plan([
        { kind: 'dropField', field: 'body', records: affected('lost', 12_000) },
        { kind: 'dropField', field: 'note' },
        { kind: 'replaceField', field: 'rank', from: 'number', to: 'text', records: affected('lost', 1) },
        { kind: 'renameField', field: 'label', from: 'title', to: 'label' },
        { kind: 'changeField', field: 'tags', option: 'maxSelect', records: affected('narrowed') },
        { kind: 'changeField', field: 'email', option: 'required', records: affected('unfit', 1) },
        { kind: 'changeField', field: 'code', option: 'pattern', records: affected('unfit', 412) },
        { kind: 'addIndex', index: 'i', records: affected('refuses') },
        { kind: 'rebuildIndex', index: 'j', records: affected('refuses') },
        { kind: 'rebuildIndex', index: 'k' },
        { kind: 'changeRule', option: 'listRule' },
      ]),
    ),
  ).toEqual([
    'drops body of 12,000 records',
    'removes note, which is empty',
    'makes rank anew (TEXT), and drops the values of 1 record',
    'renames title to label, with all values',
    'keeps only the last tags of 2 records',
    'requires email, which is empty in 1 record',
    'changes code (the pattern), which 412 records do not fit any more',
    'cannot make the index i: 2 records have the same there',
    'cannot make the index j: 2 records have the same there',
    'makes the index k anew',
    'changes who lists',
  ])
})

test('options that no record minds are one line for each field', () => {
  const steps: Step[] = [
    { kind: 'changeField', field: 'title', option: 'max' },
    { kind: 'addField', field: 'price', to: 'number' },
    { kind: 'changeField', field: 'title', option: 'help' },
  ]
  expect(texts(plan(steps))).toEqual(['changes title: the upper limit, the help', 'adds price (NUMBER)'])
})

test('what was not looked at to the end is told as the least', () => {
  const steps: Step[] = [{ kind: 'dropField', field: 'a', records: affected('lost') }, { kind: 'dropField', field: 'b' }]
  expect(texts(plan(steps, { complete: false }))).toEqual(['drops a of at least 2 records', 'removes b, with its values'])
})

test('what is lost, refused or left to somebody is looked at first', () => {
  const lost = plan([{ kind: 'dropField', field: 'a', records: affected('lost') }])
  const refused = plan([{ kind: 'addIndex', index: 'i', records: affected('refuses', null) }])
  const plain = plan([{ kind: 'addField', field: 'a', to: 'text' }], { views: [{ name: 'v', effect: 'changes' }] })
  expect([loses(lost), isRefused(lost), wantsALook(lost)]).toEqual([true, false, true])
  expect([loses(refused), isRefused(refused), wantsALook(refused)]).toEqual([false, true, true])
  expect([loses(plain), isRefused(plain), wantsALook(plain)]).toEqual([false, false, false])
  expect(wantsALook({ ...plain, views: [{ name: 'v', effect: 'follows' }] })).toBe(true)
})
