import { usage } from '../shared/output.ts'
import type { LetterChoice } from './options.ts'
import type { Scanned } from './scan.ts'

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
      throw usage(`group ${groupId} has no dead letter ${named.join(', or ')}; nothing was done`)
    },
  }
}
