import { type PartitionerArgs, Partitioners } from 'kafkajs'

/** kafkajs' default partitioner (Java's murmur2), which writes its answer into the message. */
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
 * once given, stays with the message.
 */
export function stablePartitioner(): StablePartitioner {
  const choose = Partitioners.DefaultPartitioner()
  let chosen = new Set<number>()
  let isRefusing = false
  return {
    startSend() {
      chosen = new Set()
    },
    choose(args) {
      if (isRefusing) throw new AbandonedError('this producer was given up')
      const { message } = args
      message.partition ??= choose(args)
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
  /** kafkajs' word: it ends its retries. */
  readonly retriable = false
}
