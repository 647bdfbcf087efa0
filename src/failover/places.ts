import type { Kafka } from 'kafkajs'
import { partitionName } from '../event/record.ts'
import { readCheckpoints } from '../kafka/mirror/checkpoints.ts'
import { placeInFirstCopy } from '../kafka/mirror/first-copy.ts'
import { logRanges } from '../kafka/reader/offset-ranges.ts'
import { withLogReader } from '../kafka/reader/with-log-reader.ts'

/** Where the group continues in a partition. */
export interface Place {
  topic: string
  partition: number
  offset: number
  /**
   * `copied`: the log ends with a second copy that may not be through, and the last checkpoint is in it, so the
   * group continues at a checkpoint or the same place in the first one.
   */
  why: 'checkpoint' | 'none' | 'copied'
}

/** Where the group had been in each partition of the topics by a time, as the mirror knew. */
export async function readPlaces(
  kafka: Kafka,
  topics: readonly string[],
  group: { alias: string; groupId: string; untilMs: number },
): Promise<Place[]> {
  const checkpoints = await readCheckpoints(kafka, group)
  const logs = await logRanges(kafka, topics)
  return withLogReader(kafka, topics, async (reader) => {
    const places: Place[] = []
    for (const log of logs) {
      const { topic, partition, start, end } = log
      const known = checkpoints.get(partitionName(log)) ?? []
      const offsets = known.map((offset) => Math.min(Math.max(offset, start), end))
      const last = offsets.at(-1)
      if (last === undefined) {
        places.push({ topic, partition, offset: start, why: 'none' })
        continue
      }
      const offset = await placeInFirstCopy(kafka, reader, log, offsets)
      places.push({ topic, partition, offset, why: offset < last ? 'copied' : 'checkpoint' })
    }
    return places
  })
}
