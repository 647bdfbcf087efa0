import { Failure, type FailureDetails } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'

const HIDDEN = '***'
/** Shorter ones occur in any text by chance, and hiding them would hide nothing. */
const CHARS_MIN = 4

/** The texts as which the values of secret settings could appear in a message. */
export function secretTexts(values: readonly unknown[]): string[] {
  const texts = values.flatMap(textsIn).filter(({ length }) => length >= CHARS_MIN)
  // A shorter one that is part of a longer one must not break it up.
  return [...new Set(texts)].sort((a, b) => b.length - a.length)
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value, JSON.stringify(value).slice(1, -1)]
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn)
  return value === undefined || value === null || typeof value === 'boolean' ? [] : [String(value)]
}

/** The text without the secrets. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text)
}

/** What was thrown, as it may be logged. */
export function failureWithout(thrown: unknown, secrets: readonly string[]): Failure {
  return shown(failureOf(thrown), secrets)
}

function shown(failure: Failure, secrets: readonly string[]): Failure {
  const { message, ...details }: Failure = failure
  const { stack, cause, errors } = details
  const shownDetails: FailureDetails = {
    ...details,
    ...(stack !== undefined && { stack: hideSecrets(stack, secrets) }),
    ...(cause !== undefined && { cause: shown(cause, secrets) }),
    ...(errors !== undefined && { errors: errors.map((each) => shown(each, secrets)) }),
  }
  return new Failure(hideSecrets(message, secrets), shownDetails)
}
