import { expect, test } from 'vitest'
import { cronWords, nextDue, readCron } from './cron'

test.each([
  ['* * * * *', 'Every minute'],
  ['*/10 * * * *', 'Every 10 minutes'],
  ['0 * * * *', 'Every hour'],
  ['17 * * * *', 'Every hour, at minute 17'],
  ['0 */6 * * *', 'Every 6 hours'],
  ['30 */6 * * *', 'Every 6 hours, at minute 30'],
  ['0 */5 * * *', 'Every day at 00:00, 05:00, 10:00, 15:00 and 20:00 UTC'],
  ['0 0 * * *', 'Every day at 00:00 UTC'],
  ['@daily', 'Every day at 00:00 UTC'],
  ['30 6,18 * * *', 'Every day at 06:30 and 18:30 UTC'],
  ['0 3 * * 1', 'Every Monday at 03:00 UTC'],
  ['0 3 * * 1-5', 'Every Monday to Friday at 03:00 UTC'],
  ['0 3 * * 0,6', 'Every Sunday and Saturday at 03:00 UTC'],
  ['@weekly', 'Every Sunday at 00:00 UTC'],
  ['0 3 1 * *', 'On the 1st of every month at 03:00 UTC'],
  ['0 3 1,15 * *', 'On the 1st and 15th of every month at 03:00 UTC'],
  ['0 3 22-23 2,3 *', 'On the 22nd to the 23rd of February and March at 03:00 UTC'],
  ['@yearly', 'Every year on 1 January at 00:00 UTC'],
  ['0 0 13 * 5', 'On every Friday that is the 13th at 00:00 UTC'],
  ['0 8-18 * * 1-5', 'Every Monday to Friday every hour from 08:00 to 18:00 UTC'],
  ['*/15 9 * * *', 'Every 15 minutes from 09:00 to 09:59 UTC'],
  ['1,2,3,4,5,6,7 * * * *', 'At minutes 1, 2, 3, 4, 5, 6 and 7 of every hour'],
  ['* * * 7 *', 'In July every minute'],
])('%s is said in words', (expression, words) => {
  expect(cronWords(expression)).toBe(words)
})

test.each(['', '* * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 7', '5-1 * * * *', '*/0 * * * *', '5/2 * * * *', 'a * * * *', '*  * * * *', '@never'])(
  '“%s” is no expression',
  (expression) => {
    expect(readCron(expression)).toBeUndefined()
    expect(cronWords(expression)).toBe('')
    expect(nextDue(expression)).toBeUndefined()
  },
)

test.each([
  ['0 0 * * *', '2026-05-01T10:00:30Z', '2026-05-02T00:00:00Z'],
  ['*/5 * * * *', '2026-05-01T10:00:00Z', '2026-05-01T10:05:00Z'],
  ['0 3 * * 1', '2026-05-01T10:00:00Z', '2026-05-04T03:00:00Z'],
  ['0 0 29 2 *', '2026-05-01T10:00:00Z', '2028-02-29T00:00:00Z'],
  ['0 0 13 * 5', '2026-05-01T10:00:00Z', '2026-11-13T00:00:00Z'],
])('%s is due next after %s', (expression, after, due) => {
  expect(nextDue(expression, new Date(after))?.toISOString()).toBe(due.replace('Z', '.000Z'))
})

test('what is never due has no next time', () => {
  expect(nextDue('0 0 30 2 *')).toBeUndefined()
})
