import { type OutgoingRecord, recordBytes } from '../kafka/producer/message.ts'
import type { QueueRoom } from './queue-room.ts'

export interface BatchLimits {
  maxBatchRecords: number
  maxBatchBytes: number
}

export interface BatchQueue {
  add(record: OutgoingRecord, settled: Settled): void
}

/** Called once, without an error if the record was acknowledged. Must not throw. */
export type Settled = (error?: unknown) => void

/** Writes a batch. Resolves to an error for each record that was refused; rejects if none was written. */
export type Deliver = (records: OutgoingRecord[]) => Promise<Map<OutgoingRecord, Error>>

interface Entry {
  record: OutgoingRecord
  sizeBytes: number
  settled: Settled
}

/**
 * Collects records of one partition while a batch is in flight, so that a busy publisher sends large
 * batches and an idle one adds no delay. Order is kept: if a batch fails, all queued records fail too
 * instead of overtaking it. What is queued takes up room.
 */
export function createBatchQueue(
  deliver: Deliver,
  limits: BatchLimits,
  room: QueueRoom,
): BatchQueue {
  let queue: Entry[] = []
  let isDelivering = false

  async function deliverAll(): Promise<void> {
    isDelivering = true
    // Records added in the same tick share a batch.
    await Promise.resolve()
    while (queue.length > 0) {
      const batch = queue.slice(0, batchLength(queue, limits))
      queue = queue.slice(batch.length)
      await settle(batch)
    }
    isDelivering = false
  }

  async function settle(batch: Entry[]): Promise<void> {
    const result = await deliver(batch.map(({ record }) => record)).then(
      (refused) => ({ refused }),
      (error: unknown) => ({ error }),
    )
    if ('refused' in result) {
      release(batch)
      for (const { record, settled } of batch) settled(result.refused.get(record))
    } else {
      const ended = [...batch, ...queue]
      queue = []
      release(ended)
      for (const { settled } of ended) settled(result.error)
    }
  }

  function release(entries: Entry[]): void {
    room.release(entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
  }

  return {
    add(record, settled) {
      const sizeBytes = sizeOf(record)
      room.take(sizeBytes)
      queue.push({ record, sizeBytes, settled })
      if (!isDelivering) void deliverAll()
    },
  }
}

function batchLength(queue: Entry[], limits: BatchLimits): number {
  let bytes = 0
  for (let count = 0; count < queue.length && count < limits.maxBatchRecords; count++) {
    bytes += queue[count]!.sizeBytes
    if (bytes > limits.maxBatchBytes) return Math.max(count, 1)
  }
  return Math.min(queue.length, limits.maxBatchRecords)
}

/** An upper bound of the record's size in a batch. */
function sizeOf(record: OutgoingRecord): number {
  return 64 + 10 * (record.headers?.all.length ?? 0) + recordBytes(record)
}
