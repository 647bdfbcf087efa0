import type { Random } from '../../dev/workload/random.ts'
import type { Path } from '../../event/path.ts'
import { isPlainObject } from '../../event/validation/check-json.ts'
import type { Filter } from '../../filter/filter.ts'

type Test = Extract<Filter, { type: 'test' }>

/**
 * An event that a filter may match: most of the fields that it tests are given values which pass. It
 * may be no valid event, and the filter may decline it all the same.
 */
export function suggested(event: object, filter: Filter | undefined, random: Random): object {
  const tests = filter === undefined ? [] : testsOf(filter)
  let result = event
  for (const test of tests) {
    const { field } = test
    if (field.from !== 'data' || random.below(4) === 0) continue
    result = withValue(result, field.path, passing(test, random)) as object
  }
  return result
}

function testsOf(filter: Filter): Test[] {
  switch (filter.type) {
    case 'test':
      return [filter]
    case 'not':
      return testsOf(filter.filter)
    default:
      return filter.filters.flatMap(testsOf)
  }
}

/** Undefined stands for no value. */
function passing({ operator, operand }: Test, random: Random): unknown {
  switch (operator) {
    case 'exact':
    case 'gte':
    case 'lte':
      return operand
    case 'in':
      return random.pick(operand as unknown[])
    case 'prefix':
      return `${operand}${random.below(3)}`
    case 'suffix':
      return `${random.below(3)}${operand}`
    case 'gt':
      return typeof operand === 'number' ? operand + 1 + random.below(3) : `${operand}1`
    case 'lt':
      return typeof operand === 'number' ? operand - 1 - random.below(3) : ''
    case 'exists':
      return operand === true ? random.below(20) : undefined
  }
}

/** A copy that has the value at the path, with objects on the way to it. */
function withValue(value: unknown, [name, ...rest]: Path, inner: unknown): unknown {
  if (name === undefined) return inner
  if (Array.isArray(value)) {
    const index = Math.min(Number(name) || 0, value.length)
    return value.toSpliced(index, 1, withValue(value[index], rest, inner))
  }
  const { [name]: old, ...others } = isPlainObject(value) ? value : {}
  const next = withValue(old, rest, inner)
  return next === undefined ? others : { ...others, [name]: next }
}
