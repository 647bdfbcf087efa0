import { messageOf } from '../util/errors.ts'
import { type Field, type Filter, isTime } from './filter.ts'
import { judgeOf, type OperatorName, type Verdict } from './operators.ts'

/** The verdict of a filter, and the clauses that decided it, in words. */
export interface Reason {
  verdict: Verdict
  why: string
}

/** The most clauses that are listed when several decide together. */
const CLAUSES_MAX = 5
const VALUE_CHARS_MAX = 80

/**
 * Evaluates a filter on the values that `read` returns. The verdict equals that of the compiled
 * filter, but clauses are evaluated in the order in which they are written.
 */
export function explainFilter(filter: Filter, read: (field: Field) => unknown): Reason {
  switch (filter.type) {
    case 'all':
      return until(false, filter.filters, read)
    case 'any':
      return until(true, filter.filters, read)
    case 'not': {
      const { verdict, why } = explainFilter(filter.filter, read)
      return { verdict: typeof verdict === 'boolean' ? !verdict : verdict, why: `not (${why})` }
    }
    case 'test':
      return test(filter, read)
  }
}

function until(
  decisive: boolean,
  filters: readonly Filter[],
  read: (field: Field) => unknown,
): Reason {
  const reasons = filters.map((filter) => explainFilter(filter, read))
  const deciding =
    reasons.find(({ verdict }) => verdict === decisive) ??
    reasons.find(({ verdict }) => typeof verdict !== 'boolean')
  return deciding ?? { verdict: !decisive, why: together(reasons) }
}

function together(reasons: readonly Reason[]): string {
  const named = reasons.slice(0, CLAUSES_MAX).map(({ why }) => why)
  const others = reasons.length - named.length
  return [...named, ...(others > 0 ? [`and ${others} more`] : [])].join('; ')
}

function test(
  { field, operator, operand }: Extract<Filter, { type: 'test' }>,
  read: (field: Field) => unknown,
): Reason {
  const clause = `${field.text} ${wordsOf(operator, operand)}`
  try {
    const value = read(field)
    const verdict = judgeOf(operator, operand, isTime(field))(value)
    if (typeof verdict === 'boolean')
      return { verdict, why: `${clause}: ${answerText(verdict, value)}` }
    return {
      verdict: { error: `${field.text}: ${verdict.error}` },
      why: `${clause}: ${verdict.error}`,
    }
  } catch (error) {
    return { verdict: { error: messageOf(error) }, why: `${clause}: ${messageOf(error)}` }
  }
}

function answerText(verdict: boolean, value: unknown): string {
  const word = verdict ? 'yes' : 'no'
  return value === undefined ? `${word}, it is missing` : `${word}, it is ${shown(value)}`
}

const WORDS: Record<Exclude<OperatorName, 'exists'>, string> = {
  exact: 'is',
  in: 'is one of',
  prefix: 'begins with',
  suffix: 'ends with',
  gt: 'is above',
  gte: 'is at least',
  lt: 'is below',
  lte: 'is at most',
}

function wordsOf(operator: OperatorName, operand: unknown): string {
  if (operator === 'exists') return operand === true ? 'exists' : 'does not exist'
  return `${WORDS[operator]} ${shown(operand)}`
}

function shown(value: unknown): string {
  const text = Array.isArray(value)
    ? value.map((each) => JSON.stringify(each)).join(', ')
    : JSON.stringify(value)
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}...` : text
}
