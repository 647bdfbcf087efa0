import { parseTime } from '../event/time/time.ts'

/** The result of a filter: match, no match, or an error if it can't be evaluated. */
export type Verdict = boolean | { readonly error: string }

/** Evaluates an operator on a field's value, which is undefined if the event lacks the field. */
export type Judge = (value: unknown) => Verdict

interface Operator {
  /** The expected operand, for messages. */
  expects: string
  isOperand(operand: unknown): boolean
  /** `isTime`: the field holds RFC 3339 times, and so does the operand. */
  judge(operand: never, isTime: boolean): Judge
}

/** A value that can be compared. Null equals only null. */
type Scalar = null | boolean | number | string

export const operators = {
  exact: {
    expects: 'a string, a number, true, false or null',
    isOperand: isScalar,
    judge: (operand: Scalar, isTime) => oneOf([operand], isTime),
  },
  in: {
    expects: 'a list of strings, numbers, true, false or null',
    isOperand: (operand) => isList(operand) && operand.every(isScalar),
    judge: (operands: readonly Scalar[], isTime) => oneOf(operands, isTime),
  },
  prefix: {
    expects: 'a string',
    isOperand: isText,
    judge: (operand: string) => onText((text) => text.startsWith(operand)),
  },
  suffix: {
    expects: 'a string',
    isOperand: isText,
    judge: (operand: string) => onText((text) => text.endsWith(operand)),
  },
  gt: ordering((value, operand) => value > operand),
  gte: ordering((value, operand) => value >= operand),
  lt: ordering((value, operand) => value < operand),
  lte: ordering((value, operand) => value <= operand),
  exists: {
    expects: 'true or false',
    isOperand: (operand) => typeof operand === 'boolean',
    judge: (operand: boolean) => (value) => (value !== undefined) === operand,
  },
} as const satisfies Record<string, Operator>

export type OperatorName = keyof typeof operators

/** The operator applied to an operand, which must be valid. */
export function judgeOf(operator: OperatorName, operand: unknown, isTime: boolean): Judge {
  return operators[operator].judge(operand as never, isTime)
}

/** `a string`, `a list`, ... */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value !== 'object') return `a ${typeof value}`
  return Array.isArray(value) ? 'a list' : 'a map'
}

function oneOf(operands: readonly Scalar[], isTime: boolean): Judge {
  const [first, ...others] = operands
  return others.length > 0 || first === undefined || isTime ? among(operands, isTime) : is(first)
}

/** As `among`, for one operand: comparing takes a fraction of the time that looking up does. */
function is(operand: Scalar): Judge {
  const type = typeof operand
  return (value) => {
    if (value === operand) return true
    const isComparable = operand === null || value === null || typeof value === type
    return value === undefined || isComparable ? false : mistyped(`a ${type}`, value)
  }
}

function among(operands: readonly Scalar[], isTime: boolean): Judge {
  const wanted = new Set<unknown>(isTime ? operands.map(instantOf) : operands)
  const types = new Set(operands.filter((operand) => operand !== null).map((o) => typeof o))
  const expected = [...types].map((type) => `a ${type}`).join(' or ')
  return (value) => {
    if (value === undefined) return false
    if (value === null || types.size === 0) return wanted.has(value)
    if (!types.has(typeof value as never)) return mistyped(expected, value)
    return wanted.has(isTime ? instantOf(value) : value)
  }
}

function onText(test: (text: string) => boolean): Judge {
  return (value) => {
    if (typeof value === 'string') return test(value)
    return value === undefined || value === null ? false : mistyped('a string', value)
  }
}

function ordering<T extends number | string | bigint>(holds: (value: T, operand: T) => boolean) {
  return {
    expects: 'a number or a string',
    isOperand: (operand: unknown) => isText(operand) || isNumber(operand),
    judge(operand: number | string, isTime: boolean): Judge {
      const [type, bound] = [typeof operand, isTime ? instantOf(operand) : operand]
      return (value) => {
        if (value === undefined || value === null) return false
        const seen = isTime ? instantOf(value) : value
        if (seen === undefined) return mistyped('an RFC 3339 time', value)
        return typeof value === type ? holds(seen as T, bound as T) : mistyped(`a ${type}`, value)
      }
    },
  }
}

/** Microseconds since the epoch; undefined if the value is not an RFC 3339 time. */
function instantOf(value: unknown): unknown {
  return typeof value === 'string' ? parseTime(value) : undefined
}

/** Names types, never values: errors must not contain event content. */
function mistyped(expected: string, value: unknown): Verdict {
  return { error: `expected ${expected}, got ${kindOf(value)}` }
}

function isScalar(operand: unknown): boolean {
  return operand === null || typeof operand === 'boolean' || isText(operand) || isNumber(operand)
}

function isText(operand: unknown): operand is string {
  return typeof operand === 'string'
}

function isNumber(operand: unknown): operand is number {
  return typeof operand === 'number' && Number.isFinite(operand)
}

function isList(operand: unknown): operand is unknown[] {
  return Array.isArray(operand) && operand.length > 0
}
