import { type PartitionerArgs, Partitioners } from 'kafkajs'
import { partitionOfKey } from './murmur2.ts'

/** Places records as Kafka's Java client does, and writes the partition into the message. */
export interface StablePartitioner {
  startSend(): void
  choose(args: PartitionerArgs): number
  /** The partitions chosen for the records of this send. */
  chosen(): Set<number>
  /** From now on every send and retry fails. */
  refuse(): void
}

/**
 * kafkajs calls the partitioner again at every retry. Records without a key would then go to other
 * partitions under the same sequence numbers, and the broker would drop them as duplicates. So the
 * first choice stays with the message.
 */
export function stablePartitioner(): StablePartitioner {
  const roundRobin = Partitioners.DefaultPartitioner()
  let chosen = new Set<number>()
  let isRefusing = false
  return {
    startSend() {
      chosen = new Set()
    },
    choose(args) {
      if (isRefusing) throw new AbandonedError('this producer was abandoned after a failed send')
      const { message, partitionMetadata } = args
      const { key } = message
      message.partition ??=
        key === null || key === undefined
          ? roundRobin(args)
          : partitionOfKey(key, partitionMetadata.length)
      chosen.add(message.partition)
      return message.partition
    },
    chosen: () => chosen,
    refuse() {
      isRefusing = true
    },
  }
}

class AbandonedError extends Error {
  /** Read by kafkajs: ends its retries. */
  readonly retriable = false
}
