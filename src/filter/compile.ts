import type { Path } from '../event/path.ts'
import { type Field, type Filter, isTime } from './filter.ts'
import { judgeOf, type Verdict } from './operators.ts'

/** The fields of the current record, as a compiled filter reads them. */
export interface Fields {
  readonly name: string
  header(name: string): string | undefined
  /** The value in a slot; check `failure` after it. */
  slot(slot: number): unknown
  /** Why the slots can't be read. */
  readonly failure: { readonly error: string } | undefined
}

export type Test = (fields: Fields) => Verdict

/**
 * Compiles a filter for repeated evaluation. The result does not depend on the order of clauses:
 * `all` is false if any clause is false and `any` is true if any clause is true, even if other
 * clauses fail. Clauses that read fewer bytes are evaluated first.
 */
export function compileFilter(filter: Filter, slotOf: (path: Path) => number): Test {
  switch (filter.type) {
    case 'all':
      return until(false, inOrder(filter.filters, slotOf))
    case 'any':
      return until(true, inOrder(filter.filters, slotOf))
    case 'not':
      return negated(compileFilter(filter.filter, slotOf))
    case 'test':
      return testOf(filter, slotOf)
  }
}

function inOrder(filters: readonly Filter[], slotOf: (path: Path) => number): Test[] {
  const sorted = filters.toSorted((a, b) => costOf(a) - costOf(b))
  return sorted.map((each) => compileFilter(each, slotOf))
}

/** `decisive` if any test returns it, else the first error, else the opposite. */
function until(decisive: boolean, tests: readonly Test[]): Test {
  return (fields) => {
    let verdict: Verdict = !decisive
    for (const test of tests) {
      const each = test(fields)
      if (each === decisive) return decisive
      if (typeof each !== 'boolean' && typeof verdict === 'boolean') verdict = each
    }
    return verdict
  }
}

function negated(test: Test): Test {
  return (fields) => {
    const verdict = test(fields)
    return typeof verdict === 'boolean' ? !verdict : verdict
  }
}

function testOf(filter: Extract<Filter, { type: 'test' }>, slotOf: (path: Path) => number): Test {
  const { field, operator, operand } = filter
  const judge = judgeOf(operator, operand, isTime(field))
  const read = readerOf(field, slotOf)
  return (fields) => {
    const value = read(fields)
    if (field.from === 'data' && fields.failure !== undefined) return fields.failure
    const verdict = judge(value)
    return typeof verdict === 'boolean' ? verdict : { error: `${field.text}: ${verdict.error}` }
  }
}

function readerOf(field: Field, slotOf: (path: Path) => number): (fields: Fields) => unknown {
  switch (field.from) {
    case 'name':
      return ({ name }) => name
    case 'header':
      return (fields) => fields.header(field.header)
    case 'data': {
      const slot = slotOf(field.path)
      return (fields) => fields.slot(slot)
    }
  }
}

const COSTS = { name: 0, header: 1, data: 2 } as const

function costOf(filter: Filter): number {
  switch (filter.type) {
    case 'test':
      return COSTS[filter.field.from]
    case 'not':
      return costOf(filter.filter)
    default:
      return Math.max(...filter.filters.map(costOf))
  }
}
