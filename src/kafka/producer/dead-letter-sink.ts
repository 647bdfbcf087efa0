import type { DeadLetter, DeadLetterSink } from '../../dead-letter/dead-letter.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { isLarge } from './is-large.ts'
import type { Producer } from './producer.ts'

export interface DeadLetterSinkOptions {
  producer: Pick<Producer, 'send'>
  /** The current partition count of a topic. Rejects if it cannot be fetched. */
  partitionCountOf(topic: string): Promise<number>
}

/**
 * Writes each dead letter to the partition number that the record came from. If the dead-letter
 * topic has fewer partitions than its input, the number wraps around: nothing is lost, but dead
 * letters of several input partitions are mixed.
 */
export function createDeadLetterSink({
  producer,
  partitionCountOf,
}: DeadLetterSinkOptions): DeadLetterSink {
  const counts = new Map<string, Promise<number>>()

  function cachedCountOf(topic: string): Promise<number> {
    return getOrInsert(counts, topic, partitionCountOf)
  }

  return {
    async write({ topic, partition, key, value, headers }: DeadLetter): Promise<void> {
      try {
        const target = partition % (await cachedCountOf(topic))
        const record = { key, value, headers, partition: target }
        await producer.send(topic, [record], { compress: isLarge(record) })
      } catch (error) {
        // The topic may have been recreated with another partition count.
        counts.delete(topic)
        throw error
      }
    },
  }
}
