/** A plan in words: a line for what each step does, and to how many records. */
import type { Affected, Plan, Step } from '../../../api/plans'
import { counted } from '../../../lib/words'
import { OPTION_NAMES } from '../option-names'

export interface Line {
  text: string
  /** `bad`: something is lost or refused. `warn`: records stay that could not be saved so any more. */
  tone: 'plain' | 'warn' | 'bad'
  /** The ids of a few records that it touches. */
  examples: string[]
}

/** `typeName` tells what a type of field is called. */
export function lines(plan: Plan, typeName: (type: string) => string): Line[] {
  const told: Line[] = []
  const changed = new Map<string, { options: string[]; line: Line }>()
  for (const step of plan.steps) {
    const { kind, field = '', option = '' } = step
    const found = step.records?.[0]
    if (kind !== 'changeField' || found) {
      told.push({ text: inWords(step, found, plan, typeName), tone: toneOf(found), examples: found?.examples ?? [] })
      continue
    }
    // Options that no record minds are one line for each field.
    const there = changed.get(field)
    if (there) there.options.push(option)
    else {
      const line: Line = { text: '', tone: 'plain', examples: [] }
      changed.set(field, { options: [option], line })
      told.push(line)
    }
  }
  for (const [field, { options, line }] of changed) line.text = `changes ${field}: ${options.map(optionName).join(', ')}`
  return told
}

/** Whether saving takes something away for good. */
export function loses(plan: Plan): boolean {
  return has(plan, ['lost', 'narrowed'])
}

/** Whether the server would refuse it because of the records. */
export function isRefused(plan: Plan): boolean {
  return has(plan, ['refuses'])
}

/** Whether somebody has to look at it before it is saved. */
export function wantsALook(plan: Plan): boolean {
  const drops = plan.steps.some(({ kind }) => kind === 'dropField' || kind === 'replaceField')
  return drops || has(plan, ['lost', 'narrowed', 'unfit', 'refuses']) || plan.rules.length > 0 || plan.views.some(({ effect }) => effect !== 'changes')
}

function has(plan: Plan, effects: Affected['effect'][]): boolean {
  return plan.steps.some(({ records }) => records?.some(({ effect }) => effects.includes(effect)))
}

function toneOf(found: Affected | undefined): Line['tone'] {
  if (!found) return 'plain'
  return found.effect === 'unfit' ? 'warn' : 'bad'
}

function inWords(step: Step, found: Affected | undefined, plan: Plan, typeName: (type: string) => string): string {
  const { field = '', index = '', option = '' } = step
  const [from, to] = [textOf(step.from), textOf(step.to)]
  const many = records(found, plan)
  switch (step.kind) {
    case 'createCollection':
      return `makes ${to}`
    case 'renameCollection':
      return `renames the collection to ${to}`
    case 'addField':
      return `adds ${field} (${typeName(to)})`
    case 'dropField':
      if (found) return `drops ${field} of ${many}`
      return plan.complete ? `removes ${field}, which is empty` : `removes ${field}, with its values`
    case 'replaceField':
      return found ? `makes ${field} anew (${typeName(to)}), and drops the values of ${many}` : `makes ${field} anew (${typeName(to)})`
    case 'renameField':
      return `renames ${from} to ${to}, with all values`
    case 'changeField':
      if (found?.effect === 'narrowed') return `keeps only the last ${field} of ${many}`
      if (option === 'required') return `requires ${field}, which is empty in ${many}`
      return `changes ${field} (${optionName(option)}), which ${many} ${found?.count === 1 ? 'does' : 'do'} not fit any more`
    case 'addIndex':
    case 'changeIndex':
    case 'rebuildIndex':
      if (found) return `cannot make the index ${index}: ${found.count === null ? 'some records' : many} have the same there`
      return step.kind === 'addIndex' ? `makes the index ${index}` : `makes the index ${index} anew`
    case 'dropIndex':
      return `drops the index ${index}`
    case 'changeRule':
    case 'changeOption':
      return `changes ${OPTION_NAMES[option] ?? option}`
    case 'changeQuery':
      return 'changes the query'
  }
}

function records(found: Affected | undefined, plan: Plan): string {
  if (!found || found.count === null) return 'records that could not be counted'
  return `${plan.complete ? '' : 'at least '}${counted(found.count, 'record')}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Options of fields, as the page calls them. */
function optionName(option: string): string {
  return NAMES[option] ?? option
}

const NAMES: Record<string, string> = {
  min: 'the lower limit',
  max: 'the upper limit',
  pattern: 'the pattern',
  values: 'the choices',
  maxSelect: 'how many at most',
  minSelect: 'how many at least',
  maxSize: 'the size',
  onlyDomains: 'the domains',
  exceptDomains: 'the domains',
  onlyInt: 'whole numbers only',
  required: 'whether it is required',
  hidden: 'whether it is hidden',
  presentable: 'whether it stands for the record',
  help: 'the help',
  autogeneratePattern: 'what is made where it is empty',
  cascadeDelete: 'what goes with it',
  mimeTypes: 'the types of files',
  thumbs: 'the small pictures',
  protected: 'who sees the files',
}
