/** What the server does at certain times. */
import { ask } from './backend'

/** A run that has ended. */
export interface Run {
  start: string
  end: string
  outcome: 'done' | 'failed'
  error: string
}

export interface Schedule {
  id: string
  expression: string
  /** Empty where it is never due. */
  nextRun: string
  /** A run waits, or is under way. */
  running: boolean
  lastStart: string
  lastEnd: string
  lastOutcome: '' | 'done' | 'failed'
  lastError: string
  /** The last few, the newest first, where the server tells. */
  runs?: Run[]
}

export async function listSchedules(): Promise<Schedule[]> {
  return (await ask((backend) => backend.crons.getFullList())) as unknown as Schedule[]
}

/** Has one run now: it is under way when this answers, or soon after. */
export async function runSchedule(id: string): Promise<void> {
  await ask((backend) => backend.crons.run(id))
}
