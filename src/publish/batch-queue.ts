import type { OutgoingRecord } from '../kafka/producer/message.ts'

export interface BatchLimits {
  maxBatchRecords: number
  maxBatchBytes: number
  /** How much may wait; above it there is no room. */
  maxQueuedBytes: number
}

export interface BatchQueue {
  /** What to wait for until there is room for at least one more record; undefined if there is. */
  room(): Promise<void> | undefined
  add(record: OutgoingRecord, settled: Settled): void
}

/** Called once: without an error when the record is acknowledged. Must not throw. */
export type Settled = (error?: unknown) => void

/** Writes a batch; the answer holds an error for each record that was refused. Throws when none got through. */
export type Deliver = (records: OutgoingRecord[]) => Promise<Map<OutgoingRecord, Error>>

interface Entry {
  record: OutgoingRecord
  sizeBytes: number
  settled: Settled
}

/**
 * Gathers records while a batch is under way, so a busy publisher has large batches and an idle
 * one no delay. Order is kept: when a batch can't be delivered, all that wait behind it fail too,
 * rather than overtake it.
 */
export function createBatchQueue(deliver: Deliver, limits: BatchLimits): BatchQueue {
  let queue: Entry[] = []
  let queuedBytes = 0
  let isDelivering = false
  let wakeAll: (() => void) | undefined
  let woken: Promise<void> | undefined

  async function deliverAll(): Promise<void> {
    isDelivering = true
    // Whoever adds several records in a row is let finish: they share a batch.
    await Promise.resolve()
    while (queue.length > 0) {
      const batch = queue.slice(0, batchLength(queue, limits))
      queue = queue.slice(batch.length)
      await settle(batch)
    }
    isDelivering = false
  }

  async function settle(batch: Entry[]): Promise<void> {
    const answer = await deliver(batch.map(({ record }) => record)).then(
      (refused) => ({ refused }),
      (error: unknown) => ({ error }),
    )
    if ('refused' in answer) {
      release(batch)
      for (const { record, settled } of batch) settled(answer.refused.get(record))
    } else {
      const ended = [...batch, ...queue]
      queue = []
      release(ended)
      for (const { settled } of ended) settled(answer.error)
    }
  }

  function release(entries: Entry[]): void {
    for (const { sizeBytes } of entries) queuedBytes -= sizeBytes
    wakeAll?.()
    woken = undefined
  }

  const hasRoom = () => queuedBytes < limits.maxQueuedBytes

  async function untilRoom(): Promise<void> {
    while (!hasRoom()) {
      woken ??= new Promise((resolve) => {
        wakeAll = resolve
      })
      await woken
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

/** What the record takes in a batch at most. */
function sizeOf({ key, value, headers = {} }: OutgoingRecord): number {
  let bytes = 64 + Buffer.byteLength(key ?? '') + (value?.length ?? 0)
  for (const name of Object.keys(headers)) {
    const header = headers[name] ?? ''
    if (Array.isArray(header)) for (const each of header) bytes += sizeOfHeader(name, each)
    else bytes += sizeOfHeader(name, header)
  }
  return bytes
}

function sizeOfHeader(name: string, value: Buffer | string): number {
  return 10 + Buffer.byteLength(name) + Buffer.byteLength(value)
}
