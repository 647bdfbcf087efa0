import { InventoryEventsError } from '../../util/errors.ts'
import type { LetterChoice } from './letter-choice.ts'
import type { Scanned } from './scan-letters.ts'

/** Notes which of the named dead letters and events were found. */
export function chosenBy({ places = [], id: ids = [] }: LetterChoice) {
  const missing = new Set([...places, ...ids])
  return {
    found({ read, id }: Scanned): void {
      missing.delete(read.letter.place)
      if (id !== undefined) missing.delete(id)
    },
    /** Throws USAGE if one was not found, so that nothing is done rather than a part. */
    requireAll(groupId: string): void {
      if (missing.size === 0) return
      const named = [...missing].map((each) =>
        places.includes(each) ? `at ${each}` : `of an event with id ${each}`,
      )
      const message = `group ${groupId} has no dead letter ${named.join(', or ')}; nothing was done`
      throw new InventoryEventsError('USAGE', message)
    },
  }
}
