/** Conditions while they are chosen. */
import { operatorsOf, isMany } from '../../../expression/complete'
import { conditionsOf, filterOf, type Group } from '../../../expression/conditions'
import { comparableOf, follow, type Comparable, type Ground } from '../../../expression/paths'
import { quoted } from '../../../expression/tokens'

export class ConditionDraft {
  readonly kind = 'condition'
  path = $state('')
  operator = $state('')
  value = $state('')

  constructor(path = '', operator = '', value = '') {
    this.path = path
    this.operator = operator
    this.value = value
  }

  /** Another field: what fits it stays. */
  choose(path: string, ground: Ground): void {
    const before = kindOf(this.path, ground)
    this.path = path
    const signs = signsOf(path, ground)
    if (!signs.includes(this.operator)) this.operator = signs[0] ?? '='
    const kind = kindOf(path, ground)
    if (kind !== before || kind === 'choice' || kind === 'relation') this.value = firstValue(path, ground)
  }
}

export class GroupDraft {
  readonly kind = 'group'
  join: Group['join'] = $state('all')
  parts: (ConditionDraft | GroupDraft)[] = $state([])

  /** The conditions of a text, nothing where they cannot say it. */
  static of(text: string): GroupDraft | undefined {
    const group = conditionsOf(text)
    return group && GroupDraft.#from(group)
  }

  static #from({ join, parts }: Group): GroupDraft {
    const made = new GroupDraft()
    made.join = join
    made.parts = parts.map((part) => (part.kind === 'group' ? GroupDraft.#from(part) : new ConditionDraft(part.path, part.operator, part.value)))
    return made
  }

  get text(): string {
    return filterOf(this)
  }

  remove(part: ConditionDraft | GroupDraft): void {
    this.parts = this.parts.filter((one) => one !== part)
  }
}

export function kindOf(path: string, ground: Ground): Comparable | undefined {
  const reached = follow(path, ground)
  return reached && comparableOf(reached)
}

export function signsOf(path: string, ground: Ground): string[] {
  return looksOf(path, ground).map(({ sign }) => sign)
}

export function looksOf(path: string, ground: Ground) {
  const reached = follow(path, ground)
  return reached ? operatorsOf(comparableOf(reached), isMany(reached)) : operatorsOf('other', false)
}

function firstValue(path: string, ground: Ground): string {
  const reached = follow(path, ground)
  const stop = reached?.stop
  switch (reached && comparableOf(reached)) {
    case 'bool':
      return 'true'
    case 'time':
      return '@todayStart'
    case 'number':
    case 'relation':
      return ''
    case 'choice':
      return quoted((stop?.kind === 'field' && stop.field.type === 'select' && stop.field.values[0]) || '')
    default:
      return "''"
  }
}
