import type { DeadLetterSink } from '../dead-letter/dead-letter.ts'
import { DLQ } from '../dead-letter/headers.ts'
import { headersOf } from '../event/headers.ts'

/**
 * Writes a replay's dead letters in the name of the live group, which redrives them. Undecodable
 * records are left out: they were dead-lettered for all plugins when the live group first read them.
 */
export function replayDeadLetters(groupId: string, replayGroup: string | undefined) {
  return (sink: DeadLetterSink): DeadLetterSink => ({
    async write(letter) {
      if (letter.headers.last(DLQ.plugin) === '*') return
      const replay = replayGroup === undefined ? {} : { [DLQ.replay]: replayGroup }
      await sink.write({
        ...letter,
        headers: headersOf({ [DLQ.group]: groupId, ...replay }, letter.headers),
      })
    },
  })
}
