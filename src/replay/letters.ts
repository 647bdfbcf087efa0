import type { DeadLetterSink } from '../pipeline/dead-letter.ts'

/**
 * Writes the dead letters of a replay in the name of the live group, which redrives them. Bytes that
 * hold no event are everybody's, and were given up when they first came: not once more.
 */
export function lettersFor(groupId: string, replayGroup: string | undefined) {
  return (sink: DeadLetterSink): DeadLetterSink => ({
    async write(letter) {
      if (letter.headers['dlq.plugin'] === '*') return
      const replay = replayGroup === undefined ? {} : { 'dlq.replay': replayGroup }
      await sink.write({
        ...letter,
        headers: { ...letter.headers, 'dlq.group': groupId, ...replay },
      })
    },
  })
}
