import { inspect } from 'node:util'
import { parseTime } from '../event/time/time.ts'
import { didYouMean } from '../util/text/did-you-mean.ts'
import { type Field, type Filter, isTime } from './filter.ts'
import { type OperatorName, operators } from './operators.ts'
import { readField } from './read-field.ts'

/** Far deeper than a useful filter. It also stops cycles. */
const DEPTH_MAX = 16
const FILTERS_MAX = 1_000

const DIALECTS = [...Object.keys(operators), 'all', 'any', 'not']

/**
 * Reads a filter from data: one of the dialects of CloudEvents Subscriptions, or a list of filters
 * that must all match. Each problem starts with its path, which starts with `at`:
 * `where.any[1].prefix: data.to.name: expected a string, got 5`.
 */
export function readFilter(
  value: unknown,
  at: string,
): { filter: Filter | undefined; problems: string[] } {
  const parser = new FilterParser()
  const filter = parser.filter(value, at, 0)
  return { filter: parser.problems.length === 0 ? filter : undefined, problems: parser.problems }
}

class FilterParser {
  readonly problems: string[] = []
  #count = 0

  filter(value: unknown, at: string, depth: number): Filter | undefined {
    this.#count += 1
    if (this.#count > FILTERS_MAX) {
      return this.#count > FILTERS_MAX + 1
        ? undefined
        : this.#refuse(at, `expected at most ${FILTERS_MAX} filters`)
    }
    if (depth > DEPTH_MAX) return this.#refuse(at, `expected at most ${DEPTH_MAX} levels`)
    if (Array.isArray(value)) return this.#list('all', value, at, depth)
    const [dialect, ...others] = isObject(value) ? Object.keys(value) : []
    if (!isObject(value) || dialect === undefined || others.length > 0) {
      return this.#refuse(at, `expected one of ${DIALECTS.join(', ')}, got ${shown(value)}`)
    }
    return this.#dialect(dialect, value[dialect], at, depth)
  }

  #dialect(dialect: string, value: unknown, at: string, depth: number): Filter | undefined {
    const inner = `${at}.${dialect}`
    if (dialect === 'all' || dialect === 'any') return this.#list(dialect, value, inner, depth)
    if (dialect === 'not') {
      const filter = this.filter(value, inner, depth + 1)
      return filter && { type: 'not', filter }
    }
    if (Object.hasOwn(operators, dialect)) return this.#tests(dialect as OperatorName, value, inner)
    const meant = didYouMean(dialect, DIALECTS)
    const hint =
      meant === undefined ? `expected one of ${DIALECTS.join(', ')}` : `did you mean ${meant}?`
    return this.#refuse(at, `${dialect}: unknown, ${hint}`)
  }

  #list(type: 'all' | 'any', value: unknown, at: string, depth: number): Filter | undefined {
    if (!Array.isArray(value) || value.length === 0) {
      return this.#refuse(at, `expected a list of filters, got ${shown(value)}`)
    }
    const filters = value.map((each, i) => this.filter(each, `${at}[${i}]`, depth + 1))
    return { type, filters: filters.filter((filter) => filter !== undefined) }
  }

  /** One test for each field; all must match. */
  #tests(operator: OperatorName, value: unknown, at: string): Filter | undefined {
    const members = isObject(value) ? Object.entries(value) : []
    if (members.length === 0) {
      return this.#refuse(at, `expected an object that maps fields to values, got ${shown(value)}`)
    }
    const filters = members.flatMap(([text, operand]) => this.#test(operator, text, operand, at))
    return filters.length === 1 ? filters[0] : { type: 'all', filters }
  }

  #test(operator: OperatorName, text: string, operand: unknown, at: string): Filter[] {
    const field = readField(text)
    const problem = 'problem' in field ? field.problem : operandProblem(operator, field, operand)
    if (problem !== undefined) this.#refuse(at, problem)
    return 'problem' in field ? [] : [{ type: 'test', operator, field, operand }]
  }

  #refuse(at: string, problem: string): undefined {
    this.problems.push(`${at}: ${problem}`)
  }
}

function operandProblem(
  operator: OperatorName,
  field: Field,
  operand: unknown,
): string | undefined {
  const { expects, isOperand } = operators[operator]
  const expected = (what: string) => `${field.text}: expected ${what}, got ${shown(operand)}`
  if (!isOperand(operand)) return expected(expects)
  if (operator === 'exists') return undefined
  const operands: unknown[] = Array.isArray(operand) ? operand : [operand]
  const isText = field.from !== 'data' || isTime(field)
  if (isText && operands.some((each) => typeof each !== 'string')) return expected('a string')
  if (!isTime(field) || operator === 'prefix' || operator === 'suffix') return undefined
  const areTimes = operands.every((each) => parseTime(String(each)) !== undefined)
  return areTimes ? undefined : expected('an RFC 3339 time')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY })
  return text.length > 80 ? `${text.slice(0, 80)}...` : text
}
