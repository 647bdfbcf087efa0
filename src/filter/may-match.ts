import type { Filter } from './filter.ts'
import { judgeOf } from './operators.ts'

/** Whether a filter can match an event of this name, whatever else the event holds. */
export function mayMatch(filter: Filter, name: string): boolean {
  return known(filter, name) !== false
}

/** The verdict if the name alone decides it, else undefined. */
function known(filter: Filter, name: string): boolean | undefined {
  switch (filter.type) {
    case 'test':
      return filter.field.from === 'name' ? asKnown(filter, name) : undefined
    case 'not': {
      const inner = known(filter.filter, name)
      return inner === undefined ? undefined : !inner
    }
    default: {
      const decisive = filter.type === 'any'
      const verdicts = filter.filters.map((each) => known(each, name))
      if (verdicts.includes(decisive)) return decisive
      return verdicts.includes(undefined) ? undefined : !decisive
    }
  }
}

function asKnown(filter: Extract<Filter, { type: 'test' }>, name: string): boolean | undefined {
  const verdict = judgeOf(filter.operator, filter.operand, false)(name)
  return typeof verdict === 'boolean' ? verdict : undefined
}
