import type { Message, PartitionerArgs } from 'kafkajs'
import { Partitioners } from 'kafkajs'

/** kafkajs' default partitioner (Java's murmur2), with a memory for the send under way. */
export interface StablePartitioner {
  startSend(): void
  choose(args: PartitionerArgs): number
  /** The partitions that the records of this send were given. */
  chosen(): Set<number>
  /** From now on every attempt fails. */
  refuse(): void
}

/**
 * kafkajs asks anew at every retry. Records without a key would then be dealt out differently
 * under the same sequence numbers, and the broker would drop them as repetitions: so an answer,
 * once given, stays.
 */
export function stablePartitioner(): StablePartitioner {
  const choose = Partitioners.DefaultPartitioner()
  let partitionOf = new Map<Message, number>()
  let isRefusing = false
  return {
    startSend() {
      partitionOf = new Map()
    },
    choose(args) {
      if (isRefusing) throw new AbandonedError('this producer was given up')
      const partition = partitionOf.get(args.message) ?? choose(args)
      partitionOf.set(args.message, partition)
      return partition
    },
    chosen: () => new Set(partitionOf.values()),
    refuse() {
      isRefusing = true
    },
  }
}

class AbandonedError extends Error {
  /** kafkajs' word: it ends its retries. */
  readonly retriable = false
}
