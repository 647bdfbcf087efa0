import type { DeadLetterSink } from '../dead-letter/dead-letter.ts'
import { DLQ } from '../dead-letter/headers.ts'

/**
 * Writes the dead letters of a replay in the name of the live group, which redrives them. Bytes that
 * hold no event are everybody's, and were given up when they first came: not once more.
 */
export function replayDeadLetters(groupId: string, replayGroup: string | undefined) {
  return (sink: DeadLetterSink): DeadLetterSink => ({
    async write(letter) {
      if (letter.headers[DLQ.plugin] === '*') return
      const replay = replayGroup === undefined ? {} : { [DLQ.replay]: replayGroup }
      await sink.write({
        ...letter,
        headers: { ...letter.headers, [DLQ.group]: groupId, ...replay },
      })
    },
  })
}
