import type { Problems } from './problem.ts'

/** Of an id, and of a record's key. What other producers write may be longer, and is read. */
export const KEY_BYTES_MAX = 1_024

export const KEY_LENGTH = `at most ${KEY_BYTES_MAX} bytes of UTF-8`

/** A character takes three bytes at most, so most ids need not be measured. */
export function isKeyLength(text: string): boolean {
  return text.length * 3 <= KEY_BYTES_MAX || Buffer.byteLength(text) <= KEY_BYTES_MAX
}

/** Checks a record's key that is derived from fields which are no ids by themselves. */
export function checkKeyLength(key: string, problems: Problems): void {
  if (!isKeyLength(key)) problems.add('', `a record key of ${KEY_LENGTH}`, key)
}
