import { isDeepStrictEqual } from 'node:util'
import { isPlainObject } from '../../event/validation/check-json.ts'

/** A place where two values differ. */
export interface Difference {
  /** `probe.alarms[1].entity`. */
  at: string
  expected: unknown
  seen: unknown
}

/** Where `seen` differs from `expected`, as deep inside as can be said. */
export function differences(expected: unknown, seen: unknown, at: string): Difference[] {
  if (isDeepStrictEqual(expected, seen)) return []
  if (Array.isArray(expected) && Array.isArray(seen)) {
    const length = Math.max(expected.length, seen.length)
    return Array.from({ length }, (_, n) => differences(expected[n], seen[n], `${at}[${n}]`)).flat()
  }
  if (isPlainObject(expected) && isPlainObject(seen)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(seen)])]
    return names.flatMap((name) => differences(expected[name], seen[name], `${at}.${name}`))
  }
  return [{ at, expected, seen }]
}
