import type { OffsetRange } from '../../kafka/reader/offset-ranges.ts'
import { Refused } from '../http/route.ts'

const BASE = 36
const NOTHING = ''

/** Continues what is left to read; null if nothing is. */
export function nextOf(left: readonly OffsetRange[]): string | null {
  return left.some(({ start, end }) => end > start) ? cursorText(left) : null
}

/**
 * Where a search stopped, as a text for its address: `topic:end.end`, an end for each partition from 0 on
 * in base 36. What has been read to its start has none.
 */
function cursorText(left: readonly OffsetRange[]): string {
  const ends = new Map<string, string[]>()
  for (const { topic, partition, start, end } of left) {
    const ofTopic = ends.get(topic) ?? []
    ends.set(topic, ofTopic)
    while (ofTopic.length < partition) ofTopic.push(NOTHING)
    ofTopic[partition] = end > start ? end.toString(BASE) : NOTHING
  }
  return [...ends].map(([topic, ofTopic]) => `${topic}:${ofTopic.join('.')}`).join(',')
}

/** The ends by topic and partition. Throws Refused for another text. */
export function endsIn(cursor: string): ReadonlyMap<string, (number | undefined)[]> {
  return new Map(
    cursor.split(',').map((part) => {
      const [, topic, ends] = /^([\w.-]{1,249}):([\da-z.]*)$/.exec(part) ?? []
      if (topic === undefined || ends === undefined) {
        throw new Refused(400, 'cursor: expected one that a search has returned')
      }
      return [topic, ends.split('.').map(endIn)]
    }),
  )
}

function endIn(text: string): number | undefined {
  const end = Number.parseInt(text, BASE)
  return Number.isSafeInteger(end) ? end : undefined
}
