import type { ProblemDetails } from './http/problem-details.ts'

/** Printable ASCII without spaces, optionally quoted. */
export const KEY_PATTERN = /^(?:[!#-~]{1,255}|"[!#-~]{1,255}")$/

/** Returns the key without quotes, undefined without a header, or the problem with it. */
export function readIdempotencyKey(
  header: string | undefined,
): string | undefined | ProblemDetails {
  if (header === undefined) return undefined
  if (KEY_PATTERN.test(header)) return header.replaceAll('"', '')
  const detail = 'Idempotency-Key: expected 1 to 255 characters of printable ASCII, without spaces'
  return { status: 422, detail }
}
