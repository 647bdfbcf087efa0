import type { OutgoingRecord } from '../kafka/producer/message.ts'
import { partitionOfKey } from '../kafka/producer/murmur2.ts'
import { getOrInsert } from '../util/get-or-insert.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import {
  type BatchLimits,
  type BatchQueue,
  createBatchQueue,
  type Deliver,
  type Settled,
} from './batch-queue.ts'
import { QueueRoom } from './queue-room.ts'

export interface QueueLimits extends BatchLimits {
  /** Of all partitions of a topic together: at or above it `ready` returns a promise. */
  maxQueuedBytes: number
}

export interface TopicQueueOptions {
  /** How many partitions the topic has; at once when they are known. */
  partitionCount(): MaybePromise<number>
  deliver: Deliver
  limits: QueueLimits
}

export interface TopicQueue {
  /**
   * To be awaited before `add`, unless it is undefined: for room for one more record, and once for
   * the partitions of the topic. Rejects if they can't be found.
   */
  ready(): Promise<void> | undefined
  add(record: OutgoingRecord & { key: string }, settled: Settled): void
}

/**
 * What waits for a topic, in a queue for each partition: one that has no leader holds up and fails
 * no record of another.
 */
export function createTopicQueue({
  partitionCount,
  deliver,
  limits,
}: TopicQueueOptions): TopicQueue {
  const room = new QueueRoom(limits.maxQueuedBytes)
  const queues = new Map<number, BatchQueue>()
  let count = 0

  async function whenCounted(counted: Promise<number>): Promise<void> {
    count = await counted
    await room.wait()
  }

  return {
    ready() {
      const counted = partitionCount()
      if (counted instanceof Promise) return whenCounted(counted)
      count = counted
      return room.wait()
    },
    add(record, settled) {
      const partition = partitionOfKey(record.key, count)
      const queue = getOrInsert(queues, partition, () => createBatchQueue(deliver, limits, room))
      queue.add({ ...record, partition }, settled)
    },
  }
}
