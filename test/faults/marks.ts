import { readTopic } from '../../src/dev/replicas/read-topic.ts'
import { markOf, unpackMarks } from '../../src/idempotency/kafka/mark-format.ts'
import type { Mark } from '../../src/idempotency/kafka/mark-table.ts'
import { marksTopicOf } from '../../src/topics/names.ts'
import type { Cluster } from './cluster.ts'

/** When a plugin's completion of an event was first recorded, on the clock of effects. */
export type MarkTimes = (plugin: string, eventId: string) => number | undefined

const READ_MS = 120_000

/** Reads the marks topics of a group. */
export async function readMarks(
  { kafka }: Cluster,
  groupId: string,
  topics: readonly string[],
  wallToMonotonicUs: number,
): Promise<MarkTimes> {
  const times = new Map<string, number>()
  for (const topic of topics.map((each) => marksTopicOf(each, groupId))) {
    await readTopic(kafka, {
      topic,
      timeoutMs: READ_MS,
      onRecord({ value, timestampMs }) {
        const atUs = timestampMs * 1_000 + wallToMonotonicUs
        unpackMarks(value, (mark) => {
          times.set(keyOf(mark), Math.min(atUs, times.get(keyOf(mark)) ?? Infinity))
        })
      },
    })
  }
  return (plugin, eventId) => times.get(keyOf(markOf({ groupId, plugin, eventId }, '')))
}

/** Without the last word, a hash of the content. */
function keyOf(mark: Mark): string {
  return mark.slice(0, -1).join()
}
