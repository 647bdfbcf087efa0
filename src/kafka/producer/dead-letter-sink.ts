import type { DeadLetter, DeadLetterSink } from '../../dead-letter/dead-letter.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import type { Producer } from './producer.ts'

export interface DeadLetterSinkOptions {
  producer: Pick<Producer, 'send'>
  /** How many partitions a topic has now. Rejects when Kafka can't tell. */
  partitionCountOf(topic: string): Promise<number>
}

/**
 * Writes dead letters to the partition that the record came from. A dead-letter topic that is
 * narrower than its input takes them in the partitions that it has: nothing is lost, but the
 * letters of several input partitions are mixed.
 */
export function createDeadLetterSink({
  producer,
  partitionCountOf,
}: DeadLetterSinkOptions): DeadLetterSink {
  const widths = new Map<string, Promise<number>>()

  function width(topic: string): Promise<number> {
    return getOrInsert(widths, topic, partitionCountOf)
  }

  return {
    async write({ topic, partition, key, value, headers }: DeadLetter): Promise<void> {
      try {
        const target = partition % (await width(topic))
        await producer.send(topic, [{ key, value, headers, partition: target }])
      } catch (error) {
        // The topic may have been created anew, with another width.
        widths.delete(topic)
        throw error
      }
    },
  }
}
