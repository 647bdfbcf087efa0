import { NO_HEADERS } from '../event/headers.ts'
import type { OutgoingRecord } from '../kafka/producer/message.ts'

export interface BatchLimits {
  maxBatchRecords: number
  maxBatchBytes: number
  /** The soft limit of queued bytes; at or above it `room` returns a promise. */
  maxQueuedBytes: number
}

export interface BatchQueue {
  /** Resolves when there is room for at least one more record; undefined if there is now. */
  room(): Promise<void> | undefined
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
 * Collects records while a batch is in flight, so that a busy publisher sends large batches and an
 * idle one adds no delay. Order is kept: if a batch fails, all queued records fail too instead of
 * overtaking it.
 */
export function createBatchQueue(deliver: Deliver, limits: BatchLimits): BatchQueue {
  let queue: Entry[] = []
  let queuedBytes = 0
  let isDelivering = false
  let room: PromiseWithResolvers<void> | undefined

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
    for (const { sizeBytes } of entries) queuedBytes -= sizeBytes
    room?.resolve()
    room = undefined
  }

  const hasRoom = () => queuedBytes < limits.maxQueuedBytes

  async function untilRoom(): Promise<void> {
    while (!hasRoom()) {
      room ??= Promise.withResolvers<void>()
      await room.promise
    }
  }

  return {
    room: () => (hasRoom() ? undefined : untilRoom()),
    add(record, settled) {
      const sizeBytes = sizeOf(record)
      queuedBytes += sizeBytes
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
function sizeOf({ key, value, headers = NO_HEADERS }: OutgoingRecord): number {
  let bytes = 64 + Buffer.byteLength(key ?? '') + (value?.length ?? 0)
  for (const header of headers) {
    bytes += 10 + Buffer.byteLength(header.name) + Buffer.byteLength(header.value ?? '')
  }
  return bytes
}
