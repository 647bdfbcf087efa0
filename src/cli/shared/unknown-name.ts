import type { InventoryEventsError } from '../../util/errors.ts'
import { didYouMean } from '../../util/text/did-you-mean.ts'
import { usage } from './output.ts'

const LISTED_MAX = 20

/** An error of code USAGE for a name that nothing has: with the one that is meant, or all known ones. */
export function unknownName(
  what: string,
  name: string,
  known: readonly string[],
): InventoryEventsError {
  const meant = didYouMean(name, known)
  return usage(meant === undefined ? `${what}${listed(known)}` : `${what}: did you mean ${meant}?`)
}

function listed(known: readonly string[]): string {
  if (known.length === 0) return ''
  const more = known.length > LISTED_MAX ? `, and ${known.length - LISTED_MAX} more` : ''
  return `: expected one of ${known.slice(0, LISTED_MAX).join(', ')}${more}`
}
