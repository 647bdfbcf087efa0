import { withoutSecrets } from './without-secrets.ts'

/** What a failure holds beside its message. */
export interface FailureDetails {
  /** The class of what was thrown. */
  readonly type?: string
  readonly code?: string | number
  /** These three are known of this package's own errors only. */
  readonly plugin?: string
  readonly record?: string
  readonly retryable?: boolean
  /** `file:line:column`, most likely in the plugin. */
  readonly at?: string
  /** Lines `at name (path:line:column)`. */
  readonly stack?: string
  readonly cause?: Failure
  /** Those of an AggregateError, or of a SuppressedError, the later one first. */
  readonly errors?: readonly Failure[]
}

const MESSAGE_MAX = 2_000
/** How much of a message is looked at for secrets: what is cut off must not cut one in two. */
const READ_MAX = 16_384

/**
 * Why something failed, limited in length and without secrets in URLs, for logs, dead letters and reports. What was thrown is made
 * into one by `failureOf`.
 */
export class Failure implements FailureDetails {
  declare readonly type?: string
  readonly message: string
  declare readonly code?: string | number
  declare readonly plugin?: string
  declare readonly record?: string
  declare readonly retryable?: boolean
  declare readonly at?: string
  declare readonly stack?: string
  declare readonly cause?: Failure
  declare readonly errors?: readonly Failure[]

  constructor(message: string, details: FailureDetails = {}) {
    this.message = limited(withoutSecrets(message.slice(0, READ_MAX)), MESSAGE_MAX)
    Object.assign(this, details)
  }

  /** The same failure, its message preceded by what was being done. */
  during(what: string): Failure {
    const { message, ...details }: Failure = this
    return new Failure(`${what}: ${message}`, details)
  }
}

/** `TypeError: the message at file.ts:14:20`. */
export function failureLine({
  type,
  message,
  code,
  at,
}: {
  type?: string | undefined
  message: string
  code?: string | number | undefined
  at?: string | undefined
}): string {
  const saysType = type === undefined || message === type || message.startsWith(`${type} `)
  const named = saysType ? message : `${type}: ${message}`
  const coded = code === undefined || named.includes(String(code)) ? named : `${named} (${code})`
  return at === undefined ? coded : `${coded} at ${at}`
}

/** The failure's line and stack, then those of its causes, each indented below what it caused. */
export function failureLines(failure: Failure, indent = ''): string[] {
  const { stack, cause, errors = [] } = failure
  const deeper = `${indent}  `
  return [
    `${indent}${failureLine(failure)}`,
    ...(stack?.split('\n').map((line) => `${deeper}${line}`) ?? []),
    ...(cause === undefined ? [] : [`${indent}caused by`, ...failureLines(cause, deeper)]),
    ...errors.flatMap((each) => [`${indent}with`, ...failureLines(each, deeper)]),
  ]
}

/** Cuts a text to at most `max` characters, without splitting one. */
export function limited(text: string, max: number): string {
  if (text.length <= max) return text
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(max - 2))
  return `${text.slice(0, isSplit ? max - 2 : max - 1)}…`
}
