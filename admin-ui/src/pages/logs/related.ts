/** Which other entries belong to one. Pure. */
import type { Log, LogQuestion } from '../../api/logs'
import { readTime } from '../../lib/words'
import { clauseOf } from './clauses'
import { textAt } from './entry'
import { stored } from './range'

export interface Group {
  heading: string
  question: LogQuestion
}

const MINUTE = 60_000
/** A request may be told of by jobs that come later. */
const DAY = 86_400_000

/** The same request, and what the same user, or the same address, did within a minute. */
export function groupsOf(log: Log): Group[] {
  const time = readTime(log.created)
  if (!time) return []
  const around = (span: number): Pick<LogQuestion, 'from' | 'to'> => ({
    from: stored(new Date(time.getTime() - span)),
    to: stored(new Date(time.getTime() + span)),
  })
  const [request, user, auth, ip] = ['requestId', 'authId', 'auth', 'userIP'].map((key) => textAt(log, key)) as [string, string, string, string]
  const groups: Group[] = []
  if (request !== '') groups.push({ heading: 'Same request', question: { filter: clauseOf('data.requestId', request), ...around(DAY) } })
  if (user !== '') groups.push({ heading: 'Same user, ± 1 minute', question: { filter: clauseOf('data.authId', user), ...around(MINUTE) } })
  else if (ip !== '') {
    const heading = auth === '' ? 'Same address, ± 1 minute' : `Same address and ${auth}, ± 1 minute`
    const filter = [clauseOf('data.userIP', ip), clauseOf('data.auth', auth)].join(' && ')
    groups.push({ heading, question: { filter, ...around(MINUTE) } })
  }
  return groups
}
